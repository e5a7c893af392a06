package io.heliograph.cli;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.shell.Shell;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The program without a command. */
@Command(
    name = "sse-cli",
    optionListHeading = "%n",
    header = "Push events to users over Server-Sent Events, and watch them arrive.",
    synopsisSubcommandLabel = "COMMAND",
    versionProvider = SseCli.Version.class,
    footer = {"", "To see it work:  sse-cli demo", "More help:       sse-cli COMMAND --help"})
final class SseCli {
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version.")
  void version(boolean asked) {
    // picocli prints it.
  }

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  SseCli(Shell shell) {
    this.common = new CommonOptions(shell);
  }

  /** The version is in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = SseCli.class.getPackage().getImplementationVersion();
      return new String[] {
        "sse-cli "
            + (version == null ? "(not packed)" : version)
            + ", Java "
            + System.getProperty("java.version")
            + ", picocli "
            + CommandLine.VERSION
      };
    }
  }
}
