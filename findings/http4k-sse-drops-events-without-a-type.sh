#!/usr/bin/env bash
# http4k 6.15.1.0, SSE client: an event with an id and without a type is dropped, and CRLF ends none.
#
# The HTML standard (9.2.6) allows the fields of an event in any order and number. `event` is optional, and servers that
# can replay write an `id` into each event.
#
# Seen: of `id: 7`, `data: one` nothing arrives, because only blocks that have an `event`, or start with `data` or
# `retry`, are known. The exception for all others is caught and not reported. An event without a type has only its
# first line of data; with a type it has all. If lines end with CRLF, the whole stream is taken for one event. "Zürich"
# arrives as "ZÃ¼rich", because the reader takes each byte for a character. A server for such readers must write a type
# into each event, LF, and JSON with escapes.
#
# Needs Maven and a JDK 21 or newer in JAVA25_HOME, JAVA_HOME or a usual directory. Exits with 0 if the behavior is
# unchanged, with 1 if it has changed.
set -euo pipefail

jdk=
for home in "${JAVA25_HOME-}" "${JAVA_HOME-}" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
  if [[ -n $home && -x $home/bin/javac ]] &&
    grep -Eq '^JAVA_VERSION="(2[1-9]|[3-9][0-9])' "$home/release" 2>/dev/null; then
    jdk=$home
    break
  fi
done
if [[ -z $jdk ]]; then
  echo "needs a JDK 21 or newer; let JAVA_HOME name one" >&2
  exit 69
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>try</groupId><artifactId>try</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.http4k</groupId><artifactId>http4k-realtime-core</artifactId><version>6.15.1.0</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kotlin.sequences.SequencesKt;
import org.http4k.client.Http4kSseClientKt; // With the reader that Http4kSseClient uses.

class Try {
  public static void main(String[] arguments) {
    for (String stream : List.of(
        "event: note\nid: 7\ndata: one\n\n",
        "id: 7\ndata: one\n\n",
        "event: note\ndata: one\ndata: two\n\n",
        "data: one\ndata: two\n\n",
        "data: one\r\n\r\ndata: two\r\n\r\ndata: three\r\n\r\n",
        "data: Zürich\n\n")) {
      var bytes = new ByteArrayInputStream(stream.getBytes(StandardCharsets.UTF_8));
      var events = SequencesKt.toList(Http4kSseClientKt.chunkedSseSequence(bytes));
      System.out.println((stream + " -> " + events).replace("\r", "\\r").replace("\n", "\\n"));
    }
  }
}
JAVA
"$jdk/bin/java" -Dstdout.encoding=UTF-8 -cp 'lib/*' Try.java 2>log | tee seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
event: note\nid: 7\ndata: one\n\n -> [Event(event=note, data=one, id=SseEventId(value=7))]
id: 7\ndata: one\n\n -> []
event: note\ndata: one\ndata: two\n\n -> [Event(event=note, data=one\ntwo, id=null)]
data: one\ndata: two\n\n -> [Data(data=one)]
data: one\r\n\r\ndata: two\r\n\r\ndata: three\r\n\r\n -> [Data(data=one)]
data: Zürich\n\n -> [Data(data=ZÃ¼rich)]
EXPECTED
