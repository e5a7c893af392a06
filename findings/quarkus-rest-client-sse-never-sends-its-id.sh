#!/usr/bin/env bash
# Quarkus 3.37.4, REST client (resteasy-reactive-client): SseEventSource reconnects without Last-Event-ID, and gives up
# at the first 503.
#
# The Javadoc of SseEventSource (Jakarta REST 3.1) promises both: after a connection loss, the last received id is sent
# as Last-Event-ID, and after 503 with Retry-After the client returns when that time is over.
#
# Seen: after `id: 7` the second request has no Last-Event-ID, so nothing that was sent in between is replayed. After a
# 503 with Retry-After it reports an error and makes no further request, but isOpen() remains true; a refused
# connection has the same effect. Also seen: each comment with an empty line after it, which is how servers write
# heartbeats, arrives as an event with the id 7 and the data "". An application has to set the header in a
# ClientRequestFilter, to open a new source in onError, and to skip events that have only a comment.
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
    <dependency><groupId>io.quarkus.resteasy.reactive</groupId><artifactId>resteasy-reactive-client</artifactId><version>3.37.4</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.sse.SseEventSource;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

class Try {
  public static void main(String[] arguments) throws Exception {
    var requests = new AtomicInteger();
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          System.out.println("request with the id " + exchange.getRequestHeaders().getFirst("Last-Event-ID"));
          if (requests.incrementAndGet() == 2) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            exchange.sendResponseHeaders(503, -1);
          } else {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("id: 7\ndata: one\n\n: ping\n\n".getBytes());
          }
          exchange.close();
        });
    server.start();
    var target = ClientBuilder.newClient().target("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    var source = SseEventSource.target(target).reconnectingEvery(500, TimeUnit.MILLISECONDS).build();
    source.register(
        event -> System.out.println("event " + event.getId() + " \"" + event.readData() + "\""),
        error -> System.out.println("error " + error.getMessage()),
        () -> System.out.println("complete"));
    source.open();
    Thread.sleep(8000);
    System.out.println("requests: " + requests + ", open: " + source.isOpen());
    System.exit(0);
  }
}
JAVA
java -cp 'lib/*' Try.java 2>log | tee seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
request with the id null
event 7 "one"
event 7 ""
complete
request with the id null
error HTTP call unsuccessful: 503
complete
requests: 2, open: true
EXPECTED
