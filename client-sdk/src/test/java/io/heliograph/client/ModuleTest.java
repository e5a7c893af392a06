package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The SDK as a module of a program that is one, too. */
@Timeout(60)
class ModuleTest {
  /** What the SDK brings along, and nothing that is optional. */
  private static final List<String> NEEDED =
      List.of("okhttp-jvm-", "okhttp-sse-", "okio-jvm-", "kotlin-stdlib-");

  @TempDir Path folder;

  @Test
  void aModularProgramWithoutJacksonCompilesAndRuns() throws Exception {
    Path module = folder.resolve("module-info.java");
    Path program = folder.resolve("Program.java");
    Files.writeString(module, "module program { requires io.heliograph.client; }");
    Files.writeString(
        program,
        """
        package program;
        public class Program {
          public static void main(String[] args) {
            var uri = java.net.URI.create("http://localhost");
            io.heliograph.client.SseClient.create(uri).close();
            System.out.println(Program.class.getModule().getName());
          }
        }
        """);
    Path classes = folder.resolve("classes");
    var said = new StringWriter();
    int compiled =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                new PrintWriter(said),
                new PrintWriter(said),
                "-proc:none",
                "-p",
                modulePath(),
                "-d",
                classes.toString(),
                module.toString(),
                program.toString());
    assertThat(compiled).as(said.toString()).isZero();

    Process running =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                modulePath() + File.pathSeparator + classes,
                "-m",
                "program/program.Program")
            .redirectErrorStream(true)
            .start();
    try {
      assertThat(new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualToIgnoringNewLines("program");
      assertThat(running.waitFor(10, TimeUnit.SECONDS)).isTrue();
    } finally {
      running.destroyForcibly();
    }
  }

  private static String modulePath() throws Exception {
    Path sdk = Path.of(SseClient.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assertThat(sdk.resolve("module-info.class")).exists();
    String path =
        Stream.of("jdk.module.path", "java.class.path")
            .flatMap(name -> Stream.of(System.getProperty(name, "").split(File.pathSeparator)))
            .filter(entry -> NEEDED.stream().anyMatch(new File(entry).getName()::startsWith))
            .distinct()
            .collect(Collectors.joining(File.pathSeparator));
    return sdk + File.pathSeparator + path;
  }
}
