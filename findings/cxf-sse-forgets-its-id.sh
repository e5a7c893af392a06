#!/usr/bin/env bash
# Apache CXF 4.1.5, JAX-RS client: SseEventSource forgets its last event id at every event without an id.
#
# The HTML standard (9.2.6) keeps the last event id until another `id` line arrives. A server may therefore write ids
# only into events that it can replay, and omit them in notices, progress events or heartbeats.
#
# Seen: after `id: 7` and then an event without an id, the next request has no Last-Event-ID. Without that event, it
# has 7. A reader that is cut there misses everything in between without notice.
#
# Needs JDK 17 or newer and Maven. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>try</groupId><artifactId>try</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.cxf</groupId><artifactId>cxf-rt-rs-client</artifactId><version>4.1.5</version></dependency>
    <dependency><groupId>org.apache.cxf</groupId><artifactId>cxf-rt-rs-sse</artifactId><version>4.1.5</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.sse.SseEventSource;

class Try {
  public static void main(String[] arguments) throws Exception {
    System.out.println(returnsAfter("id: 7\ndata: kept\n\n"));
    System.out.println(returnsAfter("id: 7\ndata: kept\n\ndata: a notice\n\n"));
    System.exit(0);
  }

  static String returnsAfter(String body) throws Exception {
    var listener = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    var ids = serve(listener, body, "data: second\n\n");
    var target = ClientBuilder.newClient().target("http://127.0.0.1:" + listener.getLocalPort() + "/");
    var source = SseEventSource.target(target).reconnectingEvery(500, TimeUnit.MILLISECONDS).build();
    source.register(event -> {}, error -> {});
    source.open();
    while (ids.size() < 2) {
      Thread.sleep(20);
    }
    return "first request: " + ids.get(0) + ", second: " + ids.get(1);
  }

  /** Answers each connection with the next of the bodies, and ends it; returns the ids that came back. */
  static List<String> serve(ServerSocket listener, String... bodies) {
    var ids = new CopyOnWriteArrayList<String>();
    var thread = new Thread(() -> {
      for (String body : bodies) {
        try (var socket = listener.accept()) {
          var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
          String id = "none";
          for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.toLowerCase().startsWith("last-event-id:")) {
              id = line.substring(14).strip();
            }
          }
          ids.add(id);
          socket.getOutputStream().write(
              ("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + body).getBytes());
          socket.getOutputStream().flush();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    });
    thread.setDaemon(true);
    thread.start();
    return ids;
  }
}
JAVA
java -cp 'lib/*' Try.java 2>log | tee seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
first request: none, second: 7
first request: none, second: none
EXPECTED
