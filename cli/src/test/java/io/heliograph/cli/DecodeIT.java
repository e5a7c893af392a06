package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of other servers, as bytes. */
final class DecodeIT {
  private static final String STREAM =
      """
      \ufeff: hello\r\rid: 7\revent: a\rdata: one\rdata: two\r\rdata: {"n": 1}

      event: stream.open
      id: 7
      data: {"protocol":2}

      event: none

      """;

  @TempDir private Path dir;

  @Test
  void theEventsOfStdinArePrinted() {
    try (Sse decode = Sse.start("decode").type(STREAM)) {
      assertThat(decode.exit()).isZero();
      assertThat(decode.err()).isEmpty();
      assertThat(decode.out()).hasSize(4);
      assertThat(decode.out().get(0)).matches("\\S{12}  a               7  one");
      assertThat(decode.out().get(1)).matches(" {33}\\| two");
      assertThat(decode.out().get(2)).matches("\\S{12}  message         7  \\{\"n\": 1}");
      assertThat(decode.out().get(3)).matches("\\S{12}  stream.open     7  \\{\"protocol\":2}");
    }
  }

  @Test
  void aStreamThatBeginsAsHeliographsDoesLosesNoEvent() {
    String stream = "event: stream.open\ndata: {\"protocol\":2}\n\nevent: x\ndata: y\n\n";
    try (Sse decode = Sse.start("decode", "-o", "json").type(stream)) {
      assertThat(decode.exit()).isZero();
      assertThat(decode.out()).hasSize(2);
      assertThat(decode.out().getFirst())
          .contains("\"type\":\"stream.open\",\"json\":{\"protocol\":2},\"replay\":false");
    }
  }

  @Test
  void aLineThatFitsNoMemoryIsAnErrorThatSaysSo() throws IOException {
    var shell =
        new ProcessBuilder(
            "sh",
            "-c",
            "{ printf 'data: '; head -c 200000000 /dev/zero | tr '\\0' x; } | '"
                + Sse.PROGRAM
                + "' decode");
    try (Sse decode = Sse.start(shell, Map.of("SSE_CLI_JAVA_OPTS", "-Xmx48m"))) {
      assertThat(decode.exit()).isEqualTo(5);
      assertThat(decode.err())
          .contains("larger than", "SSE_CLI_JAVA_OPTS=-Xmx2g")
          .doesNotContain("internal error");
    }
  }

  @Test
  void aFileIsReadAndOnlyItsDataWritten() throws IOException {
    Path file = Files.writeString(dir.resolve("stream"), STREAM);
    try (Sse decode = Sse.start("decode", file, "-o", "data")) {
      assertThat(decode.exit()).isZero();
      assertThat(decode.out()).containsExactly("one", "two", "{\"n\": 1}", "{\"protocol\":2}");
    }
  }

  @Test
  void whatTheStandardIgnoresIsToldOnRequest() {
    String odd = "event: none\n\nmsg: x\ndata: y\n\ndata: cut";
    try (Sse silent = Sse.start("decode").type(odd);
        Sse verbose = Sse.start("decode", "-v").type(odd);
        Sse strict = Sse.start("decode", "--strict", "-q").type(odd);
        Sse fine = Sse.start("decode", "--strict").type("data: fine\n\n")) {
      assertThat(silent.exit()).isZero();
      assertThat(silent.err()).isEmpty();
      assertThat(verbose.exit()).isZero();
      assertThat(verbose.err().lines())
          .containsExactly(
              "line 2: the event has a type but no data: it is dropped",
              "line 3: unknown field 'msg': the line is dropped",
              "line 6: no empty line ends the last event: it is dropped");
      assertThat(strict.exit()).isEqualTo(5);
      assertThat(strict.err()).isEqualTo(verbose.err());
      assertThat(strict.out()).hasSize(1);
      assertThat(fine.exit()).isZero();
    }
  }

  @Test
  void anEventIsPrintedAtOnceAndWhoReadsNoMoreEndsIt() throws Exception {
    Process process = new ProcessBuilder(Sse.PROGRAM.toString(), "decode", "-o", "data").start();
    try (OutputStream in = process.getOutputStream();
        var out = process.inputReader()) {
      in.write("data: first\n\n".getBytes(StandardCharsets.UTF_8));
      in.flush();
      assertThat(out.readLine()).isEqualTo("first");
      out.close();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aFileThatCannotBeReadIsAMistake() {
    for (Path file : List.of(dir.resolve("nowhere"), dir)) {
      try (Sse decode = Sse.start("decode", file)) {
        assertThat(decode.exit()).isEqualTo(2);
        assertThat(decode.err()).contains(file.toString());
      }
    }
  }
}
