#!/usr/bin/env bash
# Helidon WebServer 4.5.0: with two send listeners, neither is called.
#
# Http1Config has a list of send listeners and addSendListener, which is called once for each. With one listener,
# it sees the status and the headers of each response.
#
# Seen: with a second listener, both see nothing, and nothing is logged. So a library that adds its own listener
# switches off the one that is there, and itself. An application has to combine them in one listener.
#
# Needs JDK 21 or newer (JAVA_HOME, or java on the PATH) and Maven. Exits with 0 if the behavior is unchanged, with 1
# if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>try</groupId><artifactId>try</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.helidon.webserver</groupId><artifactId>helidon-webserver</artifactId><version>4.5.0</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import io.helidon.http.Status;
import io.helidon.webserver.*;
import io.helidon.webserver.http1.*;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;

class Try {
  public static void main(String[] arguments) throws Exception {
    for (int listeners = 1; listeners <= 2; listeners++) {
      var calls = new AtomicInteger();
      var http1 = Http1Config.builder();
      for (int i = 0; i < listeners; i++) {
        http1.addSendListener(
            new Http1ConnectionListener() {
              @Override
              public void status(ConnectionContext context, Status status) {
                calls.incrementAndGet();
              }
            });
      }
      var server =
          WebServer.builder()
              .port(0)
              .addProtocol(http1.build())
              .routing(routing -> routing.get("/", (request, response) -> response.send("hello")))
              .build()
              .start();
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build();
      String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      System.out.println(listeners + " listeners: " + body + ", " + calls + " calls");
      server.stop();
    }
    System.exit(0);
  }
}
JAVA
"${JAVA_HOME:+$JAVA_HOME/bin/}java" -cp "lib/*" Try.java 2>log | tee seen

expected='1 listeners: hello, 1 calls
2 listeners: hello, 0 calls'
[[ $(cat seen) == "$expected" ]] || { cat log >&2; echo "changed: expected $expected" >&2; exit 1; }
