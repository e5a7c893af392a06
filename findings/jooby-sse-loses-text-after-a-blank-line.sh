#!/usr/bin/env bash
# Jooby 3.11.5: of a text with empty lines, the line after each empty line is lost.
#
# The HTML standard (9.2.6) ends an event at an empty line, so a server must write `data:` before each line of a text,
# also before an empty one. ServerSentMessage does this for "one", "two".
#
# Seen: "one", "", "two" is written as `data: one`, `data: `, and a line `two` without a field name, which readers
# ignore. A text that starts with an empty line loses the line after it, too. There is no error. Letters and Markdown
# have empty lines; JSON without line feeds is not affected. An application can send JSON, or write a space into each
# empty line.
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
    <dependency><groupId>io.jooby</groupId><artifactId>jooby-netty</artifactId><version>3.11.5</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import io.jooby.*;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.*;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

class Try {
  static final List<String> TEXTS = List.of("one\ntwo", "one\n\ntwo", "one\n\ntwo\nthree\n\nfour", "\none", "one\n \ntwo");

  public static void main(String[] arguments) throws Exception {
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Jooby.runApp(
        new String[] {"server.port=" + port, "server.host=127.0.0.1", "application.logfile=none"},
        app ->
            app.sse(
                "/{text}",
                sse -> {
                  sse.send(TEXTS.get(sse.getContext().path("text").intValue()));
                  sse.close();
                }));
    for (int i = 0; i < TEXTS.size(); i++) {
      var request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + i))
              .header("Accept", "text/event-stream")
              .build();
      String stream = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
      System.out.println((TEXTS.get(i) + " -> " + stream).replace("\n", "\\n"));
    }
    System.exit(0);
  }
}
JAVA
timeout 60 java -cp 'lib/*' Try.java 2>log | tee out
grep -e '->' out >seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
one\ntwo -> data: one\ndata: two\n\n
one\n\ntwo -> data: one\ndata: \ntwo\n\n
one\n\ntwo\nthree\n\nfour -> data: one\ndata: \ntwo\ndata: three\ndata: \nfour\n\n
\none -> data: \none\n\n
one\n \ntwo -> data: one\ndata:  \ndata: two\n\n
EXPECTED
