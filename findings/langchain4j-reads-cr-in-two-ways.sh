#!/usr/bin/env bash
# LangChain4j 1.23.0 (langchain4j-http-client): its two event stream readers disagree about a carriage return.
#
# The HTML standard (9.2.6) ends a line at LF, at CRLF and at a CR alone. The library reads a blocking answer with
# `parse`, and a reactive one with `incremental`.
#
# Seen: `parse` ends lines at a CR. `incremental` takes it as part of the value, so two fields become one value, and a
# stream that uses only CR has no events at all. The same server therefore works with one HTTP client of the library
# and not with another. Both readers ignore the first event of a stream that starts with a byte order mark.
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
    <dependency><groupId>dev.langchain4j</groupId><artifactId>langchain4j-http-client</artifactId><version>1.23.0</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import dev.langchain4j.http.client.sse.*;
import java.io.*;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.*;

class Try {
  public static void main(String[] arguments) {
    for (String stream : List.of("event: text\rdata: Hello\n\n", "data: Hello\r\rdata: world\r\r", "\ufeffdata: Hello\n\ndata: world\n\n")) {
      byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
      var read = new ArrayList<ServerSentEvent>();
      new DefaultServerSentEventParser().parse(new ByteArrayInputStream(bytes), new ServerSentEventListener() {
        public void onEvent(ServerSentEvent event) {
          read.add(event);
        }

        public void onError(Throwable error) {
          throw new AssertionError(error);
        }
      });
      var incremental = new DefaultServerSentEventParser().incremental();
      var fed = new ArrayList<>(incremental.feed(ByteBuffer.wrap(bytes)));
      fed.addAll(incremental.flush());
      System.out.println("parse: " + text(read) + "  incremental: " + text(fed));
    }
  }

  static List<String> text(List<ServerSentEvent> events) {
    return events.stream().map(e -> e.event() + "=" + e.data()).map(s -> s.replace("\r", "\\r")).toList();
  }
}
JAVA
java -cp "lib/*" Try.java | tee seen

expected='parse: [text=Hello]  incremental: []
parse: [null=Hello, null=world]  incremental: [null=Hello\r\rdata: world\r\r]
parse: [null=world]  incremental: [null=world]'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
