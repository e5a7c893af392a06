package io.heliograph.cli.decode;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the command line of {@code decode}; {@link DecodeTask} does the work. */
@Command(
    name = "decode",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Read the bytes of an event stream and write its events.",
    description = {
      "Reads as the standard says (WHATWG HTML, 9.2), and so as a browser does. With -v it tells"
          + " what the standard ignores: mostly that is why events are missing."
    },
    customSynopsis = "sse-cli decode [OPTIONS] [FILE]",
    footer = {
      "",
      "Examples:",
      "  curl -sN https://example.org/events | sse-cli decode -v",
      "  sse-cli decode captured.txt -o json | jq .type",
      "  sse-cli decode --strict captured.txt > /dev/null && echo fine"
    })
public final class DecodeCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", arity = "0..1", description = "What to read; stdin if not said.")
  private @Nullable Path file;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "How to write events: ${COMPLETION-CANDIDATES} (json: one object a line; data: nothing"
              + " else).")
  private StreamFormat output = StreamFormat.text;

  @Option(
      names = "--strict",
      description = "Tell what the standard ignores, and end with 5 if there is anything.")
  private boolean strict;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public DecodeCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws IOException {
    try (InputStream in = input()) {
      return new DecodeTask(shell, output, strict).run(in).code();
    }
  }

  private InputStream input() throws IOException {
    if (file == null) {
      if (shell.terminals().in()) {
        shell.notices().say("reading from the terminal; Ctrl-D ends it");
      }
      return shell.in();
    }
    try {
      if (Files.isDirectory(file)) {
        throw usage(file + " is a directory");
      }
      return Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      throw usage("there is no file " + file);
    } catch (AccessDeniedException e) {
      throw usage("the file " + file + " may not be read");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
