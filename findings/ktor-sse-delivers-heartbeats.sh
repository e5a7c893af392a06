#!/usr/bin/env bash
# Ktor 3.5.2, SSE client: after the first id, each heartbeat is delivered as an event.
#
# The HTML standard (9.2.6) ignores comments, and dispatches nothing for a block without data. Servers send a comment
# and an empty line as a heartbeat. Ktor hides such blocks unless the client asks for them with showCommentEvents().
#
# Seen: a block is hidden only if it has neither id nor type nor data. The last id belongs to every block, so after
# `id: 7` each `: ping` arrives as an event with the id 7 and the data null; code that reads event.data!! fails at the
# first heartbeat. `retry` alone behaves in the same way. Also seen: a line with only a space ends an event, though it
# is a field without a name, and a byte order mark at the start of a stream takes the first event with it. A server can
# send `:` without the empty line; an application must skip events without data.
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
    <dependency><groupId>io.ktor</groupId><artifactId>ktor-client-cio-jvm</artifactId><version>3.5.2</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
    <dependency><groupId>org.jetbrains.kotlin</groupId><artifactId>kotlin-compiler-embeddable</artifactId><version>2.3.0</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.kt <<'KOTLIN'
import io.ktor.client.*
import io.ktor.client.engine.cio.*
import io.ktor.client.plugins.sse.*
import java.net.*
import kotlin.concurrent.thread
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking

fun main() {
  for (stream in listOf(
    "data: one\n\n: ping\n\ndata: two\n\n",
    "id: 7\ndata: one\n\n: ping\n\ndata: two\n\n",
    "id: 7\ndata: one\n\nretry: 100\n\ndata: two\n\n",
    "data: one\n \ndata: two\n\n",
    "\uFEFFdata: one\n\ndata: two\n\n",
  )) {
    println(stream.replace("\n", "\\n").replace("\uFEFF", "BOM ") + " -> " + read(stream))
  }
  exitProcess(0)
}

/** The id and the data of each event, from a server that sends this stream once. */
fun read(stream: String): List<String> {
  val listener = ServerSocket(0, 9, InetAddress.getLoopbackAddress())
  thread(isDaemon = true) {
    listener.accept().use { socket ->
      val request = socket.getInputStream().bufferedReader()
      while (request.readLine().isNotEmpty()) {}
      val head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
      socket.getOutputStream().write((head + stream).toByteArray())
    }
  }
  val seen = mutableListOf<String>()
  HttpClient(CIO) { install(SSE) }.use { client ->
    runBlocking {
      client.sse("http://127.0.0.1:${listener.localPort}/") {
        incoming.collect { seen.add("${it.id} ${it.data}") }
      }
    }
  }
  return seen
}
KOTLIN
java -cp 'lib/*' org.jetbrains.kotlin.cli.jvm.K2JVMCompiler -no-stdlib -no-reflect -nowarn \
  -cp "$(printf '%s:' lib/*.jar)" -d classes Try.kt 2>log || { tail -5 log >&2; exit 1; }
java -cp 'classes:lib/*' TryKt 2>>log | tee seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
data: one\n\n: ping\n\ndata: two\n\n -> [null one, null two]
id: 7\ndata: one\n\n: ping\n\ndata: two\n\n -> [7 one, 7 null, 7 two]
id: 7\ndata: one\n\nretry: 100\n\ndata: two\n\n -> [7 one, 7 null, 7 two]
data: one\n \ndata: two\n\n -> [null one, null two]
BOM data: one\n\ndata: two\n\n -> [null two]
EXPECTED
