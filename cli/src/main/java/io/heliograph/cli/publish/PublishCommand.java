package io.heliograph.cli.publish;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.format.JsonText;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.NewEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
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

/** Reads the command line of {@code publish}; {@link PublishTask} does the work. */
@Command(
    name = "publish",
    aliases = "pub",
    sortOptions = false,
    parameterListHeading = "%n",
    header = "Send one event to one user, or to everybody.",
    customSynopsis = {
      "sse-cli publish [OPTIONS] USER DATA",
      "       sse-cli publish [OPTIONS] --broadcast DATA"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli publish alice '{\"order\":17}' --type order.shipped",
      "  echo 'good morning' | sse-cli publish bob -",
      "  sse-cli publish --broadcast @notice.json --yes"
    })
public final class PublishCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(index = "0", arity = "0..1", paramLabel = "USER", description = "Who gets the event.")
  private @Nullable String first;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "DATA",
      description =
          "What to send: JSON where it is JSON, else text. '-' reads stdin, '@FILE' a file.")
  private @Nullable String second;

  @Option(names = "--type", paramLabel = "TYPE", description = "The type of the event.")
  private String type = "message";

  @Option(
      names = "--broadcast",
      description = "Send to every user, connected now or coming back later.")
  private boolean broadcast;

  @Option(names = "--yes", description = "Do not ask before a broadcast.")
  private boolean yes;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "How to write the answer: ${COMPLETION-CANDIDATES}.")
  private OutputFormat output = OutputFormat.text;

  @Mixin private final AccessOptions access = new AccessOptions();

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public PublishCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws IOException {
    String user = broadcast ? null : first;
    String data = broadcast ? first : second;
    if (broadcast && second != null) {
      throw usage("With --broadcast there is no USER, only DATA");
    }
    if (data == null) {
      throw usage(
          broadcast || first != null
              ? "What to send? DATA is missing"
              : "Who gets what? USER and DATA are missing");
    }
    if (data.equals("-") && access.readsStdin()) {
      throw usage("Both DATA and --token are to be read from stdin");
    }
    if (broadcast && !yes && !confirmed(data)) {
      return ExitCode.USAGE.code();
    }
    NewEvent event = event(content(data));
    return new PublishTask(shell, server.uri(), access.open(shell, server.uri()), output)
        .run(user, event)
        .code();
  }

  private boolean confirmed(String data) throws IOException {
    if (!shell.terminals().in() || !shell.terminals().err() || data.equals("-")) {
      throw usage("A broadcast reaches everybody: say --yes where nobody can be asked");
    }
    shell.notices().prompt("Send to every user of " + server.uri() + "? [y/N] ");
    int answer = System.in.read();
    return answer == 'y' || answer == 'Y';
  }

  private String content(String data) throws IOException {
    if (data.equals("-")) {
      return withoutLastLineFeed(new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
    } else if (!data.startsWith("@")) {
      return data;
    }
    try {
      byte[] content = Files.readAllBytes(Path.of(data.substring(1)));
      return withoutLastLineFeed(new String(content, StandardCharsets.UTF_8));
    } catch (NoSuchFileException | InvalidPathException e) {
      throw usage(
          "There is no file " + data.substring(1) + "; to send text that starts with @, use '-'");
    } catch (IOException e) {
      throw usage("The file " + data.substring(1) + " cannot be read: " + e.getMessage());
    }
  }

  /** What {@code echo} and editors put at the end is not meant. */
  private static String withoutLastLineFeed(String text) {
    return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  private NewEvent event(String content) {
    try {
      return JsonText.isValue(content)
          ? NewEvent.json(type, content)
          : NewEvent.text(type, content);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
