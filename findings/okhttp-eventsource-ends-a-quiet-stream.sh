#!/usr/bin/env bash
# okhttp-eventsource 4.3.0 (LaunchDarkly): a stream that is silent for 5 s is closed, and 204 does not stop the
# reconnects.
#
# The HTML standard (9.2.7) advises servers to send a comment about every 15 s. Versions 1 to 3 of this library waited
# for 5 minutes; in version 4 the constant DEFAULT_READ_TIMEOUT_MILLIS is 5000.
#
# Seen: with the default settings, the client closes the stream 5 s after its last byte and requests it again. Each
# reader of a server with a heartbeat of 15 s therefore reconnects every few seconds, forever.
# ConnectStrategy.readTimeout(...) changes the limit. Also seen: 204, which tells a client to stop (9.2.3), counts as
# the end of one stream, and the client requests it again.
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
    <dependency><groupId>com.launchdarkly</groupId><artifactId>okhttp-eventsource</artifactId><version>4.3.0</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import java.io.*;
import java.net.*;
import java.util.*;
import java.util.concurrent.*;
import com.launchdarkly.eventsource.*;

class Try {
  public static void main(String[] arguments) throws Exception {
    System.out.println("default read timeout: " + HttpConnectStrategy.DEFAULT_READ_TIMEOUT_MILLIS + " ms");
    System.out.println("silent stream asked for again: " + asksAgainAfter(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n"));
    System.out.println("after 204 asked again: " + asksAgainAfter("HTTP/1.1 204 No Content\r\n\r\n"));
    System.exit(0);
  }

  static boolean asksAgainAfter(String answer) throws Exception {
    var listener = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
    listener.setSoTimeout(12_000);
    var source =
        new EventSource.Builder(
                ConnectStrategy.http(URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/")))
            .errorStrategy(ErrorStrategy.alwaysContinue())
            .build();
    var reading = new Thread(() -> {
      for (StreamEvent event : source.anyEvents()) {}
    });
    reading.setDaemon(true);
    reading.start();
    var first = listener.accept(); // Stays open, and silent.
    first.getOutputStream().write(answer.getBytes());
    first.getOutputStream().flush();
    try {
      listener.accept();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    }
  }
}
JAVA
java -cp 'lib/*' Try.java 2>log | tee seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
default read timeout: 5000 ms
silent stream asked for again: true
after 204 asked again: true
EXPECTED
