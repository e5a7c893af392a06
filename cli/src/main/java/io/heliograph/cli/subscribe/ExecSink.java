package io.heliograph.cli.subscribe;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.ShellWords;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program for each event, one after the other, with the data on its stdin: variables, which
 * tell the rest, may not be long. What it prints goes where the output of this program goes.
 *
 * <p>The stream's thread runs it; any thread may close, which ends the program that runs, and what
 * that has started. An event whose program fails while all ends is not done, and comes again.
 */
final class ExecSink implements EventSink, AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  // Ctrl-C reaches the program and us at once, but the JVM tells us some milliseconds later.
  private static final Duration OWN_SIGNAL = Duration.ofMillis(200);
  // Of Linux for one variable with its name (MAX_ARG_STRLEN); others allow more.
  private static final int MAX_VARIABLE = (128 << 10) - 16;
  // E2BIG, as Java words it.
  private static final String TOO_LARGE = "error=7,";
  private static final Set<Integer> KILLED = Set.of(128 + 2, 128 + 15); // SIGINT, SIGTERM

  private final List<String> command;
  private final ExecOptions.OnError onError;
  private final Notices notices;
  private volatile @Nullable Process running;
  private volatile boolean closed;
  // Open until the stream is about to end; a retry waits here.
  private final CountDownLatch ending = new CountDownLatch(1);

  /** How a program ended; {@code failure} is empty if well. */
  private record Outcome(String failure, boolean killed) {}

  ExecSink(List<String> command, ExecOptions.OnError onError, Notices notices) {
    this.command = List.copyOf(command);
    this.onError = onError;
    this.notices = notices;
  }

  @Override
  public void event(Shown event) throws SinkException {
    String unfit = unfit(event);
    if (!unfit.isEmpty()) {
      cannotRun(event, unfit);
      return;
    }
    try {
      Duration pause = FIRST_PAUSE;
      for (int retry = 1; ; retry++) {
        Outcome outcome = run(event);
        if (outcome.failure().isEmpty() && !closed) {
          return;
        }
        String at = event.id().isEmpty() ? "" : " at the event " + event.id();
        String sentence = command.getFirst() + " " + outcome.failure() + at;
        if (closed || ending.await(outcome.killed() ? OWN_SIGNAL.toMillis() : 0, MILLISECONDS)) {
          // Whatever is to be done if it fails: most likely it failed because all is to end.
          throw new SinkException(ExitCode.EXEC, sentence);
        }
        if (retry > onError.retries()) {
          failed(sentence);
          return;
        }
        notices.say(
            "exec        %s; retry %d of %d in %s"
                .formatted(Printable.of(sentence), retry, onError.retries(), TextLine.span(pause)));
        if (ending.await(pause.toMillis(), MILLISECONDS)) {
          throw new SinkException(ExitCode.EXEC, sentence);
        }
        pause = Collections.min(List.of(pause.multipliedBy(2), LONGEST_PAUSE));
      }
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains(TOO_LARGE)) {
        cannotRun(event, "its environment and arguments exceed the system's limit");
        return;
      }
      // It cannot be started, now or later, whatever the event is.
      throw new SinkException(ExitCode.EXEC, "--exec: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException(ExitCode.EXEC, "--exec: interrupted");
    }
  }

  /** No variable of this event can be passed on; trying again would not help. */
  private void cannotRun(Shown event, String why) throws SinkException {
    boolean shown = !event.id().isEmpty() && ShellWords.canPaste(event.id());
    failed(
        "%s cannot be run%s: %s%s"
            .formatted(
                command.getFirst(),
                shown ? " for the event " + event.id() : "",
                why,
                onError.stop() ? "; --exec-on-error continue skips such events" : ""));
  }

  /** Why the environment of a program cannot hold what is said of the event; {@code ""} if so. */
  private static String unfit(Shown event) {
    for (Map.Entry<String, String> variable : variables(event).entrySet()) {
      int bytes = variable.getValue().getBytes(StandardCharsets.UTF_8).length;
      if (variable.getValue().indexOf('\0') >= 0) {
        return variable.getKey() + " would contain a NUL, which an environment variable cannot";
      } else if (bytes > MAX_VARIABLE) {
        return "%s would have %d bytes; an environment variable holds 128 KiB"
            .formatted(variable.getKey(), bytes);
      }
    }
    return "";
  }

  private void failed(String sentence) throws SinkException {
    if (onError.stop()) {
      throw new SinkException(ExitCode.EXEC, sentence);
    }
    notices.say("exec        " + Printable.of(sentence));
  }

  private Outcome run(Shown event) throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables(event));
    Process process = builder.start();
    running = process;
    if (closed) {
      process.destroy();
    }
    try {
      // Beside it: a program that does not read its stdin must still be able to end.
      Thread.startVirtualThread(() -> feed(process, event.data()));
      process.waitFor();
      int exit = process.exitValue();
      return new Outcome(exit == 0 ? "" : "exited with " + exit, KILLED.contains(exit));
    } finally {
      end(process, ProcessHandle::destroyForcibly);
      running = null;
    }
  }

  /**
   * Ends a program and what it has started, which would work on beside the next one: the program
   * first, so that a shell does not go on to its next line.
   */
  private static void end(Process process, Consumer<ProcessHandle> how) {
    List<ProcessHandle> descendants = process.descendants().toList();
    how.accept(process.toHandle());
    descendants.forEach(how);
  }

  private static void feed(Process process, String data) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(data.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It did not want all of it; its exit code tells whether that was well.
    }
  }

  private static Map<String, String> variables(Shown event) {
    return Map.of(
        "SSE_ID", event.id(),
        "SSE_TYPE", event.type(),
        "SSE_USER", event.user() == null ? "" : event.user(),
        "SSE_TS", event.at().truncatedTo(ChronoUnit.MILLIS).toString(),
        "SSE_REPLAY", Boolean.toString(event.replay()));
  }

  @Override
  public void ending() {
    ending.countDown();
  }

  @Override
  public void close() {
    closed = true;
    ending.countDown();
    Process process = running;
    if (process != null) {
      end(process, ProcessHandle::destroy);
    }
  }
}
