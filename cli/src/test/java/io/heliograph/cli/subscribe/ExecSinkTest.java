package io.heliograph.cli.subscribe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.cli.Shells;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.shell.Shell;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class ExecSinkTest {
  private static final ExecOptions.OnError CONTINUE = new ExecOptions.OnError(0, false);

  private static final Duration LONG = Duration.ofSeconds(20);

  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir private Path dir;

  @Test
  void anEventWhoseProgramFailsWhileAllEndsIsNotDone() {
    try (ExecSink sink = sink("exit 1")) {
      sink.ending();

      assertThatThrownBy(() -> sink.event(event())).isInstanceOf(SinkException.class);
    }
  }

  @Test
  void aProgramThatDiesAloneIsAFailureLikeAnyOther() throws Exception {
    try (ExecSink sink = sink("kill -TERM $$")) {
      sink.event(event());

      assertThat(err.toString(StandardCharsets.UTF_8)).contains("exited with 143");
    }
  }

  @Test
  void whatAProgramHasStartedEndsWithItAtTheEndAndTheEventIsNotDone() throws Exception {
    Path pid = dir.resolve("pid");
    ExecSink sink = sink(startsAnother(pid));
    Thread.startVirtualThread(
        () -> {
          await().atMost(LONG).until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());
          sink.close();
        });

    assertThatThrownBy(() -> sink.event(event())).isInstanceOf(SinkException.class);
    await().atMost(LONG).until(() -> !alive(pid));
  }

  @Test
  void anEventThatNoEnvironmentHoldsFailsAsAnyOther() throws Exception {
    for (Shown event : List.of(typed("a\0b"), typed("x".repeat(200_000)))) {
      try (ExecSink sink = sink("exit 0")) {
        sink.event(event);
      }
      try (ExecSink sink = sink("exit 0", new ExecOptions.OnError(2, true))) {
        assertThatThrownBy(() -> sink.event(event))
            .isInstanceOf(SinkException.class)
            .hasMessageContaining("SSE_TYPE would ")
            .hasMessageContaining("--exec-on-error continue skips such events");
      }
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("cannot be run for the event 1");
  }

  private static Shown typed(String type) {
    return new Shown(Instant.EPOCH, "ann", "1", type, "x", false, 1);
  }

  private static String startsAnother(Path pid) {
    return "sleep 60 & echo $! > " + pid + "; wait";
  }

  private static boolean alive(Path pid) throws Exception {
    return ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .map(ProcessHandle::isAlive)
        .orElse(false);
  }

  private ExecSink sink(String script) {
    return sink(script, CONTINUE);
  }

  private ExecSink sink(String script, ExecOptions.OnError onError) {
    Shell shell = Shells.of(Map.of(), OutputStream.nullOutputStream(), err);
    return new ExecSink(List.of("sh", "-c", script), onError, shell.notices());
  }

  private static Shown event() {
    return new Shown(Instant.EPOCH, "ann", "1", "t", "x", false, 1);
  }
}
