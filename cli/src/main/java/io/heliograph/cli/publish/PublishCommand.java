package io.heliograph.cli.publish;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.format.JsonText;
import io.heliograph.cli.option.ByteOrderMark;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.Rate;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.UsersFile;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.NewEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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

/** Reads the command line of {@code publish}; {@link PublishTask} and {@link StreamTask} work. */
@Command(
    name = "publish",
    aliases = "pub",
    sortOptions = false,
    parameterListHeading = "%n",
    header = "Send events to one user, to several, or to everybody.",
    customSynopsis = {
      "sse-cli publish [OPTIONS] USER... DATA",
      "       sse-cli publish [OPTIONS] --to-file F DATA",
      "       sse-cli publish [OPTIONS] --broadcast DATA",
      "       sse-cli publish [OPTIONS] USER... --lines [@FILE]"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli publish alice '{\"order\":17}' --type order.shipped",
      "  echo 'good morning' | sse-cli publish bob carol -",
      "  tail -f orders.ndjson | sse-cli publish alice --lines --type order",
      "  sse-cli publish --broadcast @notice.json --yes"
    })
public final class PublishCommand implements Callable<Integer> {
  /** Of one item of the API. */
  private static final int GROUP = 1000;

  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "USER... DATA",
      hideParamSyntax = true,
      description =
          "Who gets it, and last what: JSON where it is JSON, else text. '-' reads stdin, '@FILE' a"
              + " file.")
  private List<String> words = List.of();

  @Option(names = "--type", paramLabel = "TYPE", description = "The type of the event.")
  private String type = "message";

  @Option(
      names = "--ttl",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Do not deliver to users who connect later than this.")
  private @Nullable Duration ttl;

  @Option(
      names = "--ephemeral",
      description = "Only for the connections that are open now; it is not kept.")
  private boolean ephemeral;

  @Option(
      names = "--to-file",
      paramLabel = "F",
      converter = UsersFile.Converter.class,
      description = "Send to the users in this file, one a line.")
  private @Nullable UsersFile toFile;

  @Option(
      names = "--broadcast",
      description = "Send to every user, connected now or coming back later.")
  private boolean broadcast;

  @Option(names = "--yes", description = "Do not ask before a broadcast.")
  private boolean yes;

  @Option(
      names = "--lines",
      description = "Each line of stdin, or of @FILE, is an event; empty lines are none.")
  private boolean lines;

  @Option(names = "--count", paramLabel = "N", description = "Send it so many times.")
  private @Nullable Long count;

  @Option(
      names = "--rate",
      paramLabel = "R",
      converter = Rate.Converter.class,
      description = "With --lines or --count: no more than so many events (200/s, 12k/m).")
  private @Nullable Rate rate;

  @Option(
      names = "--idempotency-key",
      paramLabel = "K",
      description = "Publish once what is sent again under key K while the server holds the event.")
  private @Nullable String key;

  @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.")
  private boolean dryRun;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "How to write the answer: ${COMPLETION-CANDIDATES} (an object for each user and event).")
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
  public Integer call() throws IOException, InterruptedException {
    String data = data();
    List<String> users = users(data);
    requireSense(data, users);
    if (broadcast && !yes && !dryRun && !confirmed(data)) {
      return ExitCode.USAGE.code();
    }
    var answers = new Answers(shell, output);
    List<List<String>> groups = groups(users);
    if (lines) {
      try (InputStream in = data.equals("-") ? shell.in() : file(data)) {
        return many(new Lines(in, this::event), groups, answers).code();
      }
    }
    NewEvent event = checked(content(data));
    if (count != null || groups.size() > 1 || dryRun) {
      return many(new Repeated(event, count == null ? 1 : count), groups, answers).code();
    }
    return new PublishTask(server.uri(), access.open(shell, server.uri()), answers)
        .run(users, event, key)
        .code();
  }

  private ExitCode many(Source source, List<List<String>> groups, Answers answers)
      throws InterruptedException {
    if (dryRun) {
      return new DryRun(groups, answers).run(source);
    }
    Double perSecond = rate == null ? null : rate.perSecond();
    return new StreamTask(
            shell, server.uri(), access.open(shell, server.uri()), answers, groups, perSecond)
        .run(source);
  }

  /** The last word; of --lines it may be missing, or be somebody's name. */
  private String data() {
    String last = words.isEmpty() ? "" : words.getLast();
    if (lines) {
      return last.equals("-") || last.startsWith("@") ? last : "-";
    }
    boolean alone = !broadcast && toFile == null && words.size() == 1;
    if (words.isEmpty() || alone) {
      throw usage(
          alone || broadcast || toFile != null
              ? "What to send? DATA is missing"
              : "Who gets what? USER and DATA are missing");
    }
    return last;
  }

  private List<String> users(String data) {
    boolean withData = !words.isEmpty() && (!lines || words.getLast().equals(data));
    List<String> typed = withData ? words.subList(0, words.size() - 1) : words;
    typed.forEach(server::stream); // For what it refuses.
    var all = new LinkedHashSet<>(typed);
    if (toFile != null) {
      all.addAll(toFile.users());
    }
    return List.copyOf(all);
  }

  private void requireSense(String data, List<String> users) {
    if (broadcast && !users.isEmpty()) {
      throw usage("With --broadcast there is no USER, only DATA");
    } else if (!broadcast && users.isEmpty()) {
      throw usage(toFile == null ? "Who gets it? USER is missing" : "--to-file names nobody");
    } else if (data.equals("-") && access.readsStdin()) {
      throw usage("Both DATA and --token are to be read from stdin");
    } else if (count != null && lines) {
      throw usage("Either --lines or --count");
    } else if (count != null && count < 1) {
      throw usage("--count is " + count + "; allowed: 1 and more");
    } else if (rate != null && (count == null && !lines)) {
      throw usage("--rate goes with --lines or --count");
    } else if (rate != null && (rate.share() || rate.perSecond() <= 0)) {
      throw usage("--rate wants a number of events, above 0, as 200/s");
    } else if (key != null && (lines || count != null || users.size() > GROUP)) {
      throw usage(
          "--idempotency-key is for one request: neither --lines nor --count, and at most "
              + GROUP
              + " users");
    } else if (key != null && !key.matches("[!-~]{1,255}")) {
      throw usage("--idempotency-key: allowed are 1 to 255 visible ASCII characters");
    }
  }

  private List<List<String>> groups(List<String> users) {
    if (broadcast) {
      return List.of(List.of());
    }
    var groups = new ArrayList<List<String>>();
    for (int from = 0; from < users.size(); from += GROUP) {
      groups.add(users.subList(from, Math.min(users.size(), from + GROUP)));
    }
    return groups;
  }

  private boolean confirmed(String data) throws IOException {
    if (!shell.terminals().in() || !shell.terminals().err() || data.equals("-")) {
      throw usage("A broadcast reaches everybody: say --yes where nobody can be asked");
    }
    shell
        .notices()
        .prompt("Send to every user of " + Printable.url(server.uri().toString()) + "? [y/N] ");
    int answer = shell.in().read();
    return answer == 'y' || answer == 'Y';
  }

  private String content(String data) throws IOException {
    if (!data.equals("-") && !data.startsWith("@")) {
      return data;
    }
    try (InputStream in = data.equals("-") ? shell.in() : file(data)) {
      byte[] content = in.readNBytes(Lines.MAX_BYTES + 1);
      if (content.length > Lines.MAX_BYTES) {
        throw usage("DATA has more than 16 MiB, which no server takes");
      }
      return withoutLastLineEnd(ByteOrderMark.removed(Utf8.strict(content)));
    } catch (CharacterCodingException e) {
      throw usage("DATA is " + Utf8.COMPLAINT);
    }
  }

  private InputStream file(String data) {
    String name = data.substring(1);
    try {
      Path file = Path.of(name);
      if (Files.isDirectory(file)) {
        throw usage(name + " is a directory; to send text that starts with @, use '-'");
      }
      return Files.newInputStream(file);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw usage("There is no file " + name + "; to send text that starts with @, use '-'");
    } catch (IOException e) {
      throw usage("The file " + name + " cannot be read: " + e.getMessage());
    }
  }

  /** What {@code echo} and editors put at the end is not meant. */
  private static String withoutLastLineEnd(String text) {
    int end = text.endsWith("\r\n") ? 2 : text.endsWith("\n") ? 1 : 0;
    return text.substring(0, text.length() - end);
  }

  private NewEvent checked(String content) {
    try {
      return event(content);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private NewEvent event(String content) {
    NewEvent event =
        JsonText.isValue(content) ? NewEvent.json(type, content) : NewEvent.text(type, content);
    event = ttl == null ? event : event.ttl(ttl);
    return ephemeral ? event.asEphemeral() : event;
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
