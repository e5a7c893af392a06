package io.heliograph.client;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts programs of the tests in a JVM of their own. */
final class ChildJvm {
  private ChildJvm() {}

  static Process start(Class<?> program, String... arguments) throws IOException {
    return start(program, path -> true, arguments);
  }

  /**
   * Starts a program.
   *
   * @param wanted which entries of the class path it gets
   */
  static Process start(Class<?> program, Predicate<String> wanted, String... arguments)
      throws IOException {
    return run(classPath(wanted), program, arguments);
  }

  /** Starts a program with a jar before all else on its class path. */
  static Process startWithInFront(Path jar, Class<?> program, String... arguments)
      throws IOException {
    return run(jar + File.pathSeparator + classPath(path -> true), program, arguments);
  }

  private static String classPath(Predicate<String> wanted) {
    return Stream.of(
            System.getProperty("jdk.module.path", ""),
            System.getProperty("java.class.path", ""),
            Path.of("target", "test-classes").toString())
        .flatMap(p -> Stream.of(p.split(File.pathSeparator)))
        .filter(p -> !p.isEmpty() && wanted.test(p))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static Process run(String path, Class<?> program, String... arguments)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // It lives for a second.
                "-XX:+UseSerialGC",
                "-cp",
                path,
                program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
