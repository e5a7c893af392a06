#!/usr/bin/env bash
# Micronaut 4.10.37, SseClient: the lines of an event's data are joined without line feeds.
#
# The HTML standard (9.2.6) puts a line feed between the `data` lines of one event. Text of several lines, such as
# pretty-printed JSON, YAML or a diff, is sent this way.
#
# Seen: `data: one`, `data: two` is delivered as "onetwo".
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
    <dependency><groupId>io.micronaut</groupId><artifactId>micronaut-http-client</artifactId><version>4.10.37</version></dependency>
    <dependency><groupId>io.micronaut</groupId><artifactId>micronaut-jackson-databind</artifactId><version>4.10.37</version></dependency>
    <dependency><groupId>io.projectreactor</groupId><artifactId>reactor-core</artifactId><version>3.8.0</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.client.sse.SseClient;
import reactor.core.publisher.Flux;

class Try {
  public static void main(String[] arguments) throws Exception {
    var listener = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    serve(listener, "data: one\ndata: two\n\n");
    var uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
    var event =
        Flux.from(
                SseClient.create(uri.toURL())
                    .eventStream(
                        HttpRequest.GET(uri).accept(MediaType.TEXT_EVENT_STREAM_TYPE), Argument.STRING))
            .blockFirst();
    System.out.println("'" + event.getData().replace("\n", "\\n") + "'");
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
'onetwo'
EXPECTED
