#!/usr/bin/env bash
# Undertow 2.4.4.Final: text that starts with a space reaches the reader without it, and `retry` of 0 is not sent.
#
# The HTML standard (9.2.6) removes one space after the colon. A server must therefore write a space of its own before
# a value that starts with one. Undertow writes no space after the colon.
#
# Seen: send("Hello") and send(" world") write `data:Hello` and `data: world`. Every reader that follows the standard
# joins them to "Helloworld". sendRetry(0), which asks a reader to return at once, writes only an empty line. An application has
# to prepend a space to every piece.
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
    <dependency><groupId>io.undertow</groupId><artifactId>undertow-core</artifactId><version>2.4.4.Final</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import io.undertow.*;
import java.net.*;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;

class Try {
  public static void main(String[] arguments) throws Exception {
    var events = Handlers.serverSentEvents((connection, lastEventId) -> {
      connection.send("Hello");
      connection.send(" world");
      connection.sendRetry(0);
      connection.sendRetry(1);
      connection.shutdown();
    });
    var server = Undertow.builder().addHttpListener(0, "127.0.0.1", events).build();
    server.start();
    int port = ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
    String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    System.out.println(body.replace("\n", "\\n"));
    System.exit(0);
  }
}
JAVA
java -cp "lib/*" Try.java 2>log | tee seen

expected='data:Hello\n\ndata: world\n\n\nretry:1\n\n'
[[ $(cat seen) == "$expected" ]] || { cat log >&2; echo "changed: expected $expected" >&2; exit 1; }
