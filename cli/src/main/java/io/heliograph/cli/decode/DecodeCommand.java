package io.heliograph.cli.decode;

import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.InputFile;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "decode",
    header = "Decode the bytes of an event stream and print its events.",
    description =
        "Follows the standard (WHATWG HTML, 9.2), as browsers do. With -v it reports the lines that"
            + " the standard drops silently, the usual reason for missing events.",
    customSynopsis = "sse-cli decode [OPTIONS] [FILE]",
    footer = {
      "",
      "Examples:",
      "  curl -sN https://example.org/events | sse-cli decode -v",
      "  sse-cli decode captured.txt -o json | jq .type",
      "  sse-cli decode --strict captured.txt > /dev/null && echo fine"
    })
public final class DecodeCommand extends CliCommand {
  @Parameters(paramLabel = "FILE", arity = "0..1", description = "The file (default: stdin).")
  private @Nullable String file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "Output format: ${COMPLETION-CANDIDATES} (default: text). json: one object per line;"
              + " data: only the data.")
  private Format output = Format.text;

  @Option(
      names = "--strict",
      description = "Report dropped lines, and exit with 5 if there are any.")
  private boolean strict;

  enum Format {
    text,
    json,
    data
  }

  public DecodeCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws IOException {
    try (InputStream in = input()) {
      return new DecodeTask(shell, output, strict).run(in).code();
    }
  }

  private InputStream input() {
    if (file == null) {
      if (shell.terminals().in()) {
        shell.notices().say("reading from the terminal; Ctrl-D ends it");
      }
      return shell.in();
    }
    try {
      return InputFile.open(file);
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }
}
