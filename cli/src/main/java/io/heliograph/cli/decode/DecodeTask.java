package io.heliograph.cli.decode;

import io.heliograph.cli.format.DroppedLine;
import io.heliograph.cli.format.Failure;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.SseParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.util.concurrent.CompletableFuture;

/**
 * Reads a stream of bytes with the SDK's parser. A thread of its own reads, because nothing ends a
 * read of stdin but the process; the main thread waits for its end, or for the reader of stdout to
 * leave.
 */
final class DecodeTask {
  // A capture may hold more than a client should accept from a stranger. An event is in memory some
  // times over: as bytes, as text, and as the line that is written.
  private static final int MAX_EVENT_BYTES = 64 << 20;
  private static final int COPIES = 12;

  private final Shell shell;
  private final DecodeCommand.Format format;
  private final TextLine text;
  private final boolean strict;
  // Confined to the thread that reads.
  private long dropped;

  DecodeTask(Shell shell, DecodeCommand.Format format, boolean strict) {
    this.shell = shell;
    this.format = format;
    this.strict = strict;
    this.text = new TextLine(shell, 0, true);
  }

  ExitCode run(InputStream in) {
    CompletableFuture<ExitCode> end =
        CompletableFuture.supplyAsync(
            () -> read(in), Thread.ofPlatform().daemon().name("decode")::start);
    shell.onReaderLeft(() -> end.complete(ExitCode.OK));
    return end.join();
  }

  private ExitCode read(InputStream in) {
    int most = Math.clamp(Runtime.getRuntime().maxMemory() / COPIES, 1 << 20, MAX_EVENT_BYTES);
    var parser = new SseParser(new Printer(), "", most);
    byte[] bytes = new byte[1 << 16];
    try {
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        parser.feed(bytes, 0, count);
      }
      if (parser.end()) {
        drop("line " + (parser.lines() + 1) + ": no empty line ends the last event: it is dropped");
      }
      return strict && dropped > 0 ? ExitCode.REFUSED : ExitCode.OK;
    } catch (UncheckedIOException e) {
      return ExitCode.OK; // Nobody reads stdout any more.
    } catch (ProtocolException e) {
      return failed(
          ExitCode.REFUSED,
          String.valueOf(e.getMessage())
              .replace("raise maxEventBytes", "give Java more memory: SSE_CLI_JAVA_OPTS=-Xmx2g"));
    } catch (IOException e) {
      return failed(ExitCode.NETWORK, "cannot read the input: " + e.getMessage());
    }
  }

  private ExitCode failed(ExitCode exit, String why) {
    return Failure.tell(shell, format == DecodeCommand.Format.json, exit, 0, why, "");
  }

  private void drop(String sentence) {
    dropped++;
    if (strict || shell.verbose()) {
      // Not say: the user asked for it, quiet or not.
      shell.notices().error(Printable.of(sentence));
    }
  }

  private final class Printer implements SseParser.Handler {
    @Override
    public void onEvent(Event event) {
      Shown shown = Shown.now(null, event, false, 1);
      String line =
          switch (format) {
            case text -> text.event(shown);
            case json -> JsonLine.event(shown);
            case data -> shell.terminals().out() ? Printable.lines(event.data()) : event.data();
          };
      try {
        shell.out().line(line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void onDropped(SseParser.Dropped line) {
      drop(DroppedLine.sentence(line));
    }
  }
}
