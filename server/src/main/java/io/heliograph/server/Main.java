package io.heliograph.server;

import picocli.CommandLine;

/** The program {@code heliograph-server}. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new ServeCommand())
            .setCommandName("heliograph-server")
            .addSubcommand(new BackupCommand())
            .execute(args));
  }
}
