package io.heliograph.cli.publish;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.json.Json;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.InputFile;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.UsersFile;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends one event in one request; {@link StreamTask} sends many. */
@Command(
    name = "publish",
    aliases = "pub",
    header = "Send events to one user, to several, or to everybody.",
    customSynopsis = {
      "sse-cli publish [OPTIONS] USER... DATA",
      "       sse-cli publish [OPTIONS] --to-file FILE DATA",
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
public final class PublishCommand extends CliCommand {
  /** Of one item of the API. */
  private static final int GROUP = 1000;

  @Mixin private final ServerOption server = new ServerOption();

  @Parameters(
      arity = "0..*",
      paramLabel = "USER... DATA",
      hideParamSyntax = true,
      description =
          "The users, then the data, sent as JSON if it is valid JSON, otherwise as text. - reads"
              + " stdin, @FILE a file.")
  private List<String> words = List.of();

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "Type of the event (default: message).")
  private String type = "message";

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "Do not deliver to users who connect later than this (default: none).")
  private @Nullable Duration ttl;

  @Option(
      names = "--ephemeral",
      description = "Deliver only to users who are connected now; do not store the event.")
  private boolean ephemeral;

  @Option(
      names = "--to-file",
      paramLabel = "FILE",
      converter = UsersFile.Converter.class,
      description = "Send to the users in FILE, one per line.")
  private @Nullable UsersFile toFile;

  @Option(names = "--broadcast", description = "Send to every user, connected now or later.")
  private boolean broadcast;

  @Option(names = "--yes", description = "Do not ask for confirmation of a broadcast.")
  private boolean yes;

  @Option(
      names = "--lines",
      description = "Send each line of stdin, or of @FILE, as an event; skip empty lines.")
  private boolean lines;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "Publish the event only once, even if it is sent again with this key.")
  private @Nullable String key;

  @Mixin private final OutputOption output = new OutputOption();

  @Mixin private final AccessOptions access = new AccessOptions();

  public PublishCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    String data = data();
    List<String> users = users(data);
    requireSense(data, users);
    if (broadcast && !yes && !confirmed(data)) {
      return ExitCode.USAGE.code();
    }
    var answers = new Answers(shell, output.json());
    List<List<String>> groups = groups(users);
    if (lines) {
      try (InputStream in = data.equals("-") ? shell.in() : file(data)) {
        return many(new Lines(in, this::event), groups, answers).code();
      }
    }
    NewEvent event = checked(content(data));
    if (groups.size() > 1) {
      return many(Source.of(event), groups, answers).code();
    }
    return one(users, key == null ? event : event.idempotencyKey(key), answers).code();
  }

  /** One event, to everybody if there are no users. */
  private ExitCode one(List<String> users, NewEvent event, Answers answers) {
    Access entry = access.open(shell, server.uri());
    try (EventPublisher publisher = entry.quickPublisher(server.uri())) {
      long sentNanos = System.nanoTime();
      if (users.size() > 1) {
        Map<String, PublishResult.Accepted> accepted = publisher.publish(users, event);
        long ackNanos = System.nanoTime() - sentNanos;
        int width = users.stream().mapToInt(String::length).max().orElse(0);
        accepted.forEach((user, result) -> answers.acceptedFor(user, width, result, ackNanos));
      } else {
        String user = users.isEmpty() ? null : users.getFirst();
        PublishResult.Accepted accepted =
            user == null ? publisher.broadcast(event) : publisher.publish(user, event);
        answers.accepted(null, "", user, accepted, System.nanoTime() - sentNanos);
      }
      return ExitCode.OK;
    } catch (PublishException e) {
      return answers.failed(e, "", entry.network().proxyHint(server.uri()));
    }
  }

  private ExitCode many(Source source, List<List<String>> groups, Answers answers)
      throws InterruptedException {
    return new StreamTask(shell, server.uri(), access.open(shell, server.uri()), answers, groups)
        .run(source);
  }

  /** The last word; with --lines it may be missing, or be a user. */
  private String data() {
    String last = words.isEmpty() ? "" : words.getLast();
    if (lines) {
      return last.equals("-") || last.startsWith("@") ? last : "-";
    }
    boolean alone = !broadcast && toFile == null && words.size() == 1;
    if (words.isEmpty() || alone) {
      throw usage(
          alone || broadcast || toFile != null
              ? "missing argument: DATA"
              : "missing arguments: USER and DATA");
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
      throw usage("USER cannot be combined with --broadcast");
    } else if (!broadcast && users.isEmpty()) {
      throw usage(toFile == null ? "missing argument: USER" : "--to-file contains no user");
    } else if (data.equals("-") && access.readsStdin()) {
      throw usage("DATA and --token cannot both read stdin");
    } else if (key != null && (lines || users.size() > GROUP)) {
      throw usage(
          "--idempotency-key works for one request: without --lines, and for at most "
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
      throw usage("a broadcast reaches every user; to confirm it without a terminal, add --yes");
    }
    String url = Printable.url(server.uri().toString());
    shell.notices().prompt("Send to every user of " + url + "? [y/N] ");
    int answer = shell.in().read();
    return answer == 'y' || answer == 'Y';
  }

  private String content(String data) {
    if (!data.equals("-") && !data.startsWith("@")) {
      return data;
    }
    try (InputStream in = data.equals("-") ? shell.in() : file(data)) {
      // What echo and editors put at the end is not meant.
      return InputFile.text(in, "DATA", Lines.MAX_BYTES).replaceFirst("\r?\n\\z", "");
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private InputStream file(String data) {
    try {
      return InputFile.open(data.substring(1));
    } catch (IOException e) {
      throw usage(e.getMessage() + "; to send text that starts with @, use -");
    }
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
        Json.isValue(content) ? NewEvent.json(type, content) : NewEvent.text(type, content);
    event = ttl == null ? event : event.ttl(ttl);
    return ephemeral ? event.asEphemeral() : event;
  }
}
