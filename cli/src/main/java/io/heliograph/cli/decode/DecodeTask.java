package io.heliograph.cli.decode;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Cause;
import io.heliograph.client.Event;
import io.heliograph.client.EventStream;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneId;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSource;
import okio.Okio;

/**
 * Reads a stream of bytes with the SDK, as if it were the answer of a server: what this prints is
 * what a program that uses the SDK would get.
 */
final class DecodeTask {
  /** Never asked: the answer is there before a connection would be made. */
  private static final URI NOWHERE = URI.create("http://stdin.invalid/");

  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
  // A capture may hold more than a client should take from a stranger. An event is in memory some
  // times over: as bytes, as text, and as the line that is written.
  private static final int MAX_EVENT_BYTES = 64 << 20;
  private static final int COPIES = 12;

  private final Shell shell;
  private final StreamFormat format;
  private final TextLine text;
  private final boolean strict;
  private long oddities;

  DecodeTask(Shell shell, StreamFormat format, boolean strict) {
    this.shell = shell;
    this.format = format;
    this.strict = strict;
    this.text =
        new TextLine(shell.paintOut(), ZoneId.systemDefault(), shell.terminals().out(), 0, true);
  }

  ExitCode run(InputStream in) {
    BufferedSource source =
        strict || shell.verbose()
            ? Okio.buffer(Okio.source(new LintedInput(in, new Linter(this::odd))))
            : Okio.buffer(Okio.source(in));
    try (SseClient client = client(source);
        EventStream stream = client.open()) {
      shell.onReaderLeft(stream::close);
      boolean preface = true;
      for (Signal signal : stream.signals()) {
        switch (signal) {
          case Signal.Message message -> {
            if (preface) {
              preface = false;
            } else {
              print(message.event());
            }
          }
          case Signal.Disconnected end -> {
            return end(end.cause());
          }
          default -> {
            // A comment, or a position without an event: no event.
          }
        }
      }
      return ExitCode.OK; // The stream was closed, because nobody reads what it prints.
    } catch (IOException e) {
      return ExitCode.OK; // The same, told by a write.
    }
  }

  private void print(Event event) throws IOException {
    Shown shown =
        new Shown(Instant.now(), null, event.lastEventId(), event.type(), event.data(), false, 1);
    shell
        .out()
        .line(
            switch (format) {
              case text -> text.event(shown);
              case json -> JsonLine.event(shown);
              case data -> event.data();
            });
  }

  private void odd(String what) {
    oddities++;
    // Not say: who asks for it wants it, quiet or not.
    shell.notices().error(Printable.of(what));
  }

  private ExitCode end(Cause cause) {
    if (cause instanceof Cause.ByCaller) {
      return ExitCode.OK;
    } else if (cause instanceof Cause.ServerClosed) {
      return strict && oddities > 0 ? ExitCode.REFUSED : ExitCode.OK;
    }
    shell
        .notices()
        .error(
            "sse-cli: "
                + Printable.of(
                    cause
                        .describe()
                        .replace(
                            "raise maxEventBytes",
                            "give Java more memory, as SSE_CLI_JAVA_OPTS=-Xmx2g")));
    return cause instanceof Cause.ProtocolViolation ? ExitCode.REFUSED : ExitCode.NETWORK;
  }

  private static int maxEventBytes() {
    return Math.clamp(Runtime.getRuntime().maxMemory() / COPIES, 1 << 20, MAX_EVENT_BYTES);
  }

  private static SseClient client(BufferedSource source) {
    return SseClient.builder(NOWHERE)
        .reconnect(ReconnectPolicy.never())
        .heartbeat(Heartbeat.off())
        .maxEventBytes(maxEventBytes())
        .okHttp(
            builder ->
                builder.addInterceptor(
                    chain ->
                        new Response.Builder()
                            .request(chain.request())
                            .protocol(Protocol.HTTP_1_1)
                            .code(200)
                            .message("OK")
                            .header("Content-Type", "text/event-stream")
                            .body(
                                ResponseBody.create(
                                    Okio.buffer(new Preface(source)), EVENT_STREAM, -1))
                            .build()))
        .build();
  }
}
