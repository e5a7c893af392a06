package io.heliograph.cli;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shell script that starts the program. */
final class LauncherIT {
  private static final int FIRST_ENTRYS_TIME = 10;

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

  /** Java would write the digits of the user's language, which neither URLs nor programs know. */
  @Test
  void digitsAreThoseOfProgramsInEveryLanguage() throws IOException {
    Path secret = Files.writeString(dir.resolve("secret"), "short");
    Map<String, String> arabic =
        Map.of("SSE_CLI_JAVA_OPTS", "-Duser.language=ar -Duser.country=EG");
    try (Sse token = Sse.packed(arabic, "token", "--user", "ann", "--secret-file", secret)) {
      assertThat(token.exit()).isEqualTo(2);
      assertThat(token.err()).contains("has 5 bytes, but must have 32 or more");
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
  void aCopyWithOtherTimesKeepsItsCache() throws IOException {
    Path copy = copyOfTheProgram();
    try (var files = Files.list(copy.resolve("lib"))) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2031-01-01T00:00:00Z")));
      }
    }

    Start start = version(copy);

    assertThat(start.err()).isEmpty();
    assertThat(start.sourceOfMain()).isEqualTo("shared objects file");
  }

  @Test
  void aJarThatChangedIsNotRunFromTheOldCache() throws IOException {
    Path copy = copyOfTheProgram();
    Path jar = jarOfTheProgram(copy);
    long size = Files.size(jar);
    FileTime time = Files.getLastModifiedTime(jar);
    changeATime(jar);
    Files.setLastModifiedTime(jar, time);
    // Neither name nor size nor time tells them apart.
    assertThat(jar).hasSize(size);

    Start start = version(copy);

    assertThat(start.err())
        .contains("changed after the AOT cache was made")
        .contains("SSE_CLI_AOT=train");
    assertThat(start.sourceOfMain()).isEqualTo(jar.toUri().toString().replace("///", "/"));

    try (Sse training = Sse.start(launcher(copy), Map.of("SSE_CLI_AOT", "train"))) {
      training.exit();
    }
    Start trained = version(copy);
    assertThat(trained.err()).isEmpty();
    assertThat(trained.sourceOfMain()).isEqualTo("shared objects file");
  }

  @Test
  void withoutAnyCacheNothingIsSaid() throws IOException {
    Path copy = copyOfTheProgram();
    Files.delete(cache(copy));

    assertThat(version(copy).err()).isEmpty();
  }

  @Test
  void aBrokenCacheCostsTimeAndNothingElse() throws IOException {
    Path copy = copyOfTheProgram();
    Path cache = cache(copy);
    Files.delete(cache);
    Files.writeString(cache, "not a cache");

    assertThat(version(copy).err()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # processors, cpu.max, memory in KiB, memory.max, an option, expected
          2, -,             25165824, -,          -,                      SERIAL_2G
          2, max 100000,    25165824, max,        -Xms1g,                 SERIAL_2G
          8, 150000 100000, 25165824, 9663676416, -,                      SERIAL_2G
          8, 150000 100000, 25165824, 4294967296, -,                      SERIAL
          2, -,             8388608,  -,          -,                      SERIAL
          2, -,             4194304,  9663676416, -,                      SERIAL
          2, -,             25165824, -,          -Xmx4g,                 SERIAL
          2, -,             25165824, -,          -XX:MaxRAMPercentage=60, SERIAL
          8, 300000 100000, 25165824, -,          -,                      G1
          8, -,             25165824, -,          -,                      G1
          """)
  void theCollectorAndTheHeapFitTheMachineAndTheControlGroup(
      int processors, String cpu, long kib, String memory, String option, String expected)
      throws IOException {
    Path group = Files.createDirectories(dir.resolve("cgroup/service"));
    if (cpu != null) {
      Files.writeString(group.resolve("cpu.max"), cpu + "\n");
    }
    if (memory != null) {
      Files.writeString(group.resolve("memory.max"), memory + "\n");
    }
    Path self = Files.writeString(dir.resolve("self"), "1:cpu:/x\n0::/service\n");
    Path meminfo = Files.writeString(dir.resolve("meminfo"), "MemTotal: " + kib + " kB\n");
    Path bin = Files.createDirectories(dir.resolve("x/bin"));
    Files.createDirectories(dir.resolve("x/lib"));
    Path java = jdk("jdk", "25.0.1");
    executable(java.resolve("bin/java"), "#!/bin/sh\necho \"$@\"\n");
    String script =
        Files.readString(Sse.PROGRAM)
            .replace("$(nproc 2>/dev/null", "$(echo " + processors)
            .replace("/proc/self/cgroup", self.toString())
            .replace("/sys/fs/cgroup", dir.resolve("cgroup").toString())
            .replace("/proc/meminfo", meminfo.toString());
    Path launcher = executable(bin.resolve("sse-cli"), script);

    Map<String, String> env =
        Map.of(
            "SSE_CLI_JAVA_HOME",
            java.toString(),
            "SSE_CLI_JAVA_OPTS",
            option == null ? "" : option);
    try (Sse program = bare(launcher, env, "serve", "--port", "0")) {
      assertThat(program.exit()).isZero();
      String flags = program.out().getFirst();
      assertThat(flags.contains("UseSerialGC") ? "SERIAL" : "G1")
          .isEqualTo(expected.replace("_2G", ""));
      assertThat(flags.contains("-Xmx2g")).isEqualTo(expected.endsWith("_2G"));
    }
  }

  /** What the launcher needs, with the one cache that it uses. */
  private Path copyOfTheProgram() throws IOException {
    Path home = Sse.PROGRAM.resolve("../..").normalize();
    Path copy = dir.resolve("copy");
    for (String part : List.of("bin", "lib")) {
      Files.createDirectories(copy.resolve(part));
      try (var files = Files.list(home.resolve(part))) {
        for (Path file : files.toList()) {
          String name = file.getFileName().toString();
          if (!name.endsWith(".aot") || name.matches("sse-cli-\\d+\\.aot")) {
            Files.copy(file, copy.resolve(part).resolve(name), COPY_ATTRIBUTES);
          }
        }
      }
    }
    return copy;
  }

  private static Path jarOfTheProgram(Path copy) throws IOException {
    return only(copy, "heliograph-cli-*.jar");
  }

  private static Path cache(Path copy) throws IOException {
    return only(copy, "sse-cli-[0-9]*.aot");
  }

  private static Path only(Path copy, String glob) throws IOException {
    try (var found = Files.newDirectoryStream(copy.resolve("lib"), glob)) {
      return found.iterator().next();
    }
  }

  /** In the header of its first entry, where nobody reads it: the jar stays a good one. */
  private static void changeATime(Path jar) throws IOException {
    byte[] bytes = Files.readAllBytes(jar);
    bytes[FIRST_ENTRYS_TIME] ^= 1;
    Files.write(jar, bytes);
  }

  private ProcessBuilder launcher(Path copy) {
    return new ProcessBuilder(copy.resolve("bin/sse-cli").toString(), "-V");
  }

  /** Starts the copy for its version, and has the JVM report where it took its main class from. */
  private Start version(Path copy) throws IOException {
    Path log = dir.resolve("classes.log");
    try (Sse program =
        Sse.start(launcher(copy), Map.of("SSE_CLI_JAVA_OPTS", "-Xlog:class+load:file=" + log))) {
      assertThat(program.exit()).isZero();
      assertThat(program.out()).singleElement().asString().startsWith("sse-cli ");
      String source =
          Files.readAllLines(log).stream()
              .filter(line -> line.contains(" io.heliograph.cli.Main source: "))
              .map(line -> line.substring(line.indexOf("source: ") + "source: ".length()))
              .findFirst()
              .orElse("");
      return new Start(program.err(), source);
    }
  }

  private record Start(String err, String sourceOfMain) {}

  /** Started with nothing of our own environment but a PATH without Java. */
  private Sse bare(Path launcher, Map<String, String> env, String... args) throws IOException {
    Path tools = Files.createDirectories(dir.resolve("tools"));
    for (String tool : List.of("readlink", "cat", "cksum")) {
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
