package io.heliograph.cli;

import io.heliograph.cli.shell.Shell;
import java.util.List;

/** Where {@code sse-cli} starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new Program(Shell.ofProcess(), List.of(args)).run());
  }
}
