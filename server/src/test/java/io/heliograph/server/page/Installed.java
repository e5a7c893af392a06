package io.heliograph.server.page;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;

/** Skips the tests with a program that is not installed, and says so where it is seen. */
final class Installed {

  private Installed() {}

  static void assume(String program, String debianPackage) {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    if (!installed) {
      System.err.printf(
          "SKIPPED: nothing is known about the pages in %s: install the package %s.%n",
          program, debianPackage);
    }
    Assumptions.assumeTrue(installed, "needs the package " + debianPackage);
  }
}
