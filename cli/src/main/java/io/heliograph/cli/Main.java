package io.heliograph.cli;

import io.heliograph.cli.shell.ReaderWatch;
import io.heliograph.cli.shell.Shell;
import java.util.List;
import java.util.Locale;

/** Where {@code sse-cli} starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT); // Figures for programs, and for URLs.
    int exit = new Program(Shell.ofProcess(), List.of(args)).run();
    ReaderWatch.exitIfLeft(exit);
    System.exit(exit);
  }
}
