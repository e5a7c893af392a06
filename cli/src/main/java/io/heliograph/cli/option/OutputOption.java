package io.heliograph.cli.option;

import picocli.CommandLine.Option;

/** The output format of a command that has two. */
public final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: text).")
  private Format format = Format.text;

  enum Format {
    text,
    json
  }

  public boolean json() {
    return format == Format.json;
  }
}
