#!/usr/bin/env bash
# Jersey 4.0.2, JAX-RS client: SseEventSource stops reconnecting after a refused connection, and removes all leading
# blanks.
#
# SseEventSource reconnects by itself (Jakarta REST, SseEventSource.Builder.reconnectingEvery), and does so after a
# stream that ended. While a server restarts, however, its port refuses connections.
#
# Seen: the stream ends, the port is closed for a while and then open again. There is no further request within 10 s;
# `onComplete` is called, and isOpen() is false. An application must open a new source in onComplete and send the last
# event id itself. Also seen: `data:  two blanks` is delivered without any leading blank; the HTML standard (9.2.6)
# removes only one.
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
    <dependency><groupId>org.glassfish.jersey.core</groupId><artifactId>jersey-client</artifactId><version>4.0.2</version></dependency>
    <dependency><groupId>org.glassfish.jersey.media</groupId><artifactId>jersey-media-sse</artifactId><version>4.0.2</version></dependency>
    <dependency><groupId>org.glassfish.jersey.inject</groupId><artifactId>jersey-hk2</artifactId><version>4.0.2</version></dependency>
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
    var listener = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    int port = listener.getLocalPort();
    var ids = serve(listener, "id: 1\ndata:  two blanks\n\n", "id: 2\ndata: again\n\n");
    var completed = new CountDownLatch(1);
    var target = ClientBuilder.newClient().target("http://127.0.0.1:" + listener.getLocalPort() + "/");
    var source = SseEventSource.target(target).reconnectingEvery(500, TimeUnit.MILLISECONDS).build();
    source.register(
        event -> System.out.println("'" + event.readData() + "'"), error -> {}, completed::countDown);
    source.open();
    while (ids.size() < 2) {
      Thread.sleep(20);
    }
    listener.close();
    System.out.println("completed: " + completed.await(10, TimeUnit.SECONDS));
    var again = new ServerSocket();
    again.setReuseAddress(true);
    again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    again.setSoTimeout(10_000);
    try {
      again.accept();
      System.out.println("came back");
    } catch (SocketTimeoutException e) {
      System.out.println("did not come back within 10 s, isOpen " + source.isOpen());
    }
    System.exit(0);
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
'two blanks'
'again'
completed: true
did not come back within 10 s, isOpen false
EXPECTED
