package io.heliograph.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as an operator starts it: a process, its output, its exit code. */
@Timeout(120)
class ProgramTest {

  private static final String TIME =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d)";

  @TempDir private Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void aStartIsOneLineAndAStopByASignalIsASuccess() throws Exception {
    Files.writeString(
        directory.resolve("heliograph.yaml"), "server:\n  port: 0\nlimits.publish-rate: 9\n");
    // Of Spring Boot, in the same directory.
    Files.writeString(directory.resolve("application.yaml"), "spring:\n  application: shop\n");
    Process process = start("--set", "drain.window=0s");
    URI address = URI.create(firstLine(process, "stdout").replace("listening on ", ""));

    process.destroy();
    assertThat(process.waitFor()).isEqualTo(0);

    List<String> log = lines("stderr");
    assertThat(log.getFirst())
        .matches(
            TIME
                + " INFO started version=\\S+ java=\\S+ address="
                + Pattern.quote(address.toString())
                + " console="
                + Pattern.quote(address + "/console")
                + " settings="
                + Pattern.quote(directory.toRealPath().resolve("heliograph.yaml").toString())
                + " auth.mode=off log.type=memory log.total-bytes=\\d+ limits.connections=\\d+"
                + " limits.connections-per-user=32 limits.connections-per-address=off"
                + " limits.publish-rate=9 limits.event-bytes=65536");
    assertThat(log.get(1)).matches(TIME + " INFO draining streams=0 drain.window=PT0S");
    assertThat(log.get(2)).matches(TIME + " INFO stopped seconds=\\d+\\.\\d+");
    assertThat(log).hasSize(3);
    assertThat(lines("stdout")).hasSize(1);
  }

  @Test
  void aSignalRightAfterItListensStillTellsWhoWasLetIn() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Process process = start("--port", Integer.toString(port), "--set", "drain.window=0s");
    try (var reader = openAsSoonAsItListens(process, port)) {
      reader.awaitLive();

      process.destroy();

      assertThat(process.waitFor()).isEqualTo(0);
      assertThat(reader.awaitEnd().getLast()).contains("event: stream.closing");
    }
  }

  private TestReader openAsSoonAsItListens(Process process, int port) throws Exception {
    while (process.isAlive()) {
      try {
        return TestReader.open(port, "/sse/alice");
      } catch (ConnectException e) {
        Thread.sleep(1); // It does not listen yet, and only that can be asked.
      }
    }
    throw new AssertionError("ended: " + lines("stderr"));
  }

  @Test
  void asJsonEachLineIsAnObjectWithTheSameFields() throws Exception {
    Process process = start("--port", "0", "--set", "log.format=json", "--set", "drain.window=0s");
    Matcher started =
        Pattern.compile(
                "\\{\"time\":\""
                    + TIME
                    + "\",\"level\":\"INFO\",\"logger\":\"io.heliograph.server.Heliograph\","
                    + "\"message\":\"started\",\"version\":\"\\S+\",\"java\":\"\\S+\",\"address\":"
                    + "\"(http://127.0.0.1:\\d+)\",\"console\":\"\\2/console\",\"settings\":\"none\","
                    + ".*\"limits.event-bytes\":65536}")
            .matcher(firstLine(process, "stderr"));
    assertThat(started.matches()).as(lines("stderr").toString()).isTrue();
    try (var reader =
        TestReader.open(
            URI.create(started.group(2)).getPort(), "/sse/alice", "User-Agent: a \"b\"")) {
      reader.awaitLive();
    }

    process.destroy();
    assertThat(process.waitFor()).isEqualTo(0);

    List<String> log = lines("stderr");
    assertThat(log).allMatch(line -> line.startsWith("{\"time\":") && line.endsWith("}"));
    assertThat(log)
        .anyMatch(
            line ->
                line.contains("\"message\":\"opened\",\"user\":\"alice\",\"remote\":")
                    && line.contains("\"agent\":\"a \\\"b\\\"\",\"users\":1"))
        .anyMatch(line -> line.contains("\"message\":\"stopped\""));
    assertThat(lines("stdout")).isEmpty();
  }

  @Test
  void aPortThatIsTakenIsOneLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Process process = start("--port", Integer.toString(taken.getLocalPort()));

      assertThat(process.waitFor()).isEqualTo(3);
      assertThat(lines("stderr"))
          .singleElement()
          .asString()
          .startsWith("heliograph-server: Cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .contains("--port");
    }
  }

  @Test
  void anOpenFileLimitThatLeavesNoConnectionsIsOneLine() throws Exception {
    List<String> command = JavaProgram.command(Main.class, List.of("--port", "0"));
    var limited = new ArrayList<>(List.of("sh", "-c", "ulimit -n 255; exec \"$0\" \"$@\""));
    limited.addAll(command);
    Process process = start(limited);

    assertThat(process.waitFor()).isEqualTo(3);
    assertThat(lines("stderr"))
        .singleElement()
        .asString()
        .startsWith("heliograph-server: The open-file limit is 255, but must be at least 256")
        .contains("ulimit -n");
  }

  @Test
  void aSettingThatIsMisspelledIsOneLineThatNamesTheRightOne() throws Exception {
    Process process = start("--set", "stream.hartbeat=5s");

    assertThat(process.waitFor()).isEqualTo(2);
    assertThat(lines("stderr"))
        .containsExactly(
            "heliograph-server: Unknown setting 'stream.hartbeat' (given as a flag)."
                + " Did you mean 'stream.heartbeat'?");
  }

  @Test
  void itsVersionCanBeAskedFor() throws Exception {
    Process process = start("--version");

    assertThat(process.waitFor()).isEqualTo(0);
    assertThat(lines("stdout"))
        .singleElement()
        .asString()
        .matches("heliograph-server \\S+, Java 25.*");
  }

  private Process start(String... arguments) throws IOException {
    return start(JavaProgram.command(Main.class, List.of(arguments)));
  }

  private Process start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("stdout").toFile())
            .redirectError(directory.resolve("stderr").toFile())
            .start();
    started.add(process);
    return process;
  }

  private String firstLine(Process process, String stream)
      throws IOException, InterruptedException {
    while (true) {
      String text = Files.readString(directory.resolve(stream), UTF_8);
      if (text.contains("\n")) {
        return text.substring(0, text.indexOf('\n'));
      }
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new AssertionError(
            "ended with " + process.exitValue() + ": " + lines("stdout") + lines("stderr"));
      }
    }
  }

  private List<String> lines(String stream) throws IOException {
    return Files.readAllLines(directory.resolve(stream), UTF_8);
  }
}
