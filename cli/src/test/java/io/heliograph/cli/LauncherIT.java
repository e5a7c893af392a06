package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shell script that starts the program. */
final class LauncherIT {
  @TempDir private Path dir;

  @Test
  void withoutAJdkItSaysWhereItLookedAndWhatToDo() throws IOException {
    Path old = jdk("old", "21.0.2");
    // The same script, but for the directories: this machine has a JDK in one of the usual ones.
    String script =
        Files.readString(Sse.PROGRAM).replaceAll("(for jdk in)[^;]*;", "$1 " + old + ";");
    Path launcher = executable(dir.resolve("sse-cli"), script);

    try (Sse program = bare(launcher, Map.of("JAVA_HOME", "/nowhere"))) {
      assertThat(program.exit()).isEqualTo(69);
      assertThat(program.out()).isEmpty();
      assertThat(program.err())
          .contains("needs Java 25 or newer")
          .contains("JAVA_HOME=/nowhere  (no bin/java there)")
          .contains(old + "  (21.0.2, too old)")
          .contains("SSE_CLI_JAVA_HOME=");
    }
  }

  @Test
  void aJdkAskedForByNameIsNotReplacedByAnother() throws IOException {
    Path old = jdk("old", "21.0.2");

    try (Sse program = bare(Sse.PROGRAM, Map.of("SSE_CLI_JAVA_HOME", old.toString()))) {
      assertThat(program.exit()).isEqualTo(69);
      assertThat(program.err()).contains("SSE_CLI_JAVA_HOME=" + old + "  (21.0.2, too old)");
    }
  }

  @Test
  void theNewestOfTheUsualDirectoriesIsTaken() throws IOException {
    jdk("a", "25.0.9");
    jdk("b", "25.0.10");
    jdk("c", "24");
    String script =
        Files.readString(Sse.PROGRAM).replaceAll("(for jdk in)[^;]*;", "$1 " + dir + "/*;");
    Path launcher =
        executable(Files.createDirectories(dir.resolve("x/bin")).resolve("sse-cli"), script);
    Files.createDirectory(dir.resolve("x/lib"));

    try (Sse program = bare(launcher, Map.of())) {
      assertThat(program.exit()).isZero();
      assertThat(program.out()).containsExactly("java of b");
    }
  }

  @Test
  void itIsFoundThroughLinksAndInPathsWithBlanks() throws IOException {
    Path blanks = Files.createDirectory(dir.resolve("a b"));
    Path link = Files.createSymbolicLink(blanks.resolve("link"), Sse.PROGRAM);
    Path linkToLink = Files.createSymbolicLink(dir.resolve("sse"), Path.of("a b/link"));

    for (Path path : List.of(linkToLink, link)) {
      try (Sse program =
          bare(path, Map.of("SSE_CLI_JAVA_HOME", System.getProperty("java.home")), "-V")) {
        assertThat(program.exit()).isZero();
        assertThat(program.out()).hasSize(1);
      }
      Files.delete(path); // JUnit would warn of a link that leads out of its directory.
    }
  }

  @Test
  void aBrokenCacheCostsTimeAndNothingElse() throws IOException {
    Path home = Sse.PROGRAM.resolve("../..").normalize();
    Path copy = dir.resolve("copy");
    for (String part : List.of("bin", "lib")) {
      Files.createDirectories(copy.resolve(part));
      try (var files = Files.list(home.resolve(part))) {
        for (Path file : files.toList()) {
          Files.copy(
              file,
              copy.resolve(part).resolve(file.getFileName()),
              java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        }
      }
    }
    Files.writeString(copy.resolve("lib/sse-cli.aot"), "not a cache");

    try (Sse program =
        bare(
            copy.resolve("bin/sse-cli"),
            Map.of("SSE_CLI_JAVA_HOME", System.getProperty("java.home")),
            "-V")) {
      assertThat(program.exit()).isZero();
      assertThat(program.out()).singleElement().asString().startsWith("sse-cli ");
      assertThat(program.err()).isEmpty();
    }
  }

  /** Started with nothing of our own environment but a PATH without Java. */
  private Sse bare(Path launcher, Map<String, String> env, String... args) throws IOException {
    Path tools = Files.createDirectories(dir.resolve("tools"));
    for (String tool : List.of("readlink", "cat")) {
      Path real = Path.of("/bin", tool);
      String path = Files.exists(real) ? real.toString() : "/usr/bin/" + tool;
      executable(tools.resolve(tool), "#!/bin/sh\nexec " + path + " \"$@\"\n");
    }
    var command = new java.util.ArrayList<>(List.of("/bin/sh", launcher.toString()));
    command.addAll(List.of(args));
    var builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    return Sse.start(builder, env);
  }

  private Path jdk(String name, String version) throws IOException {
    Path home = dir.resolve(name);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    executable(home.resolve("bin/java"), "#!/bin/sh\necho java of " + name + "\n");
    return home;
  }

  private static Path executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
