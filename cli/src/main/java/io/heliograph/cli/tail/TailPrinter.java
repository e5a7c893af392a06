package io.heliograph.cli.tail;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.time.ZoneId;

/** Writes the lines of a tail to stdout. */
final class TailPrinter implements EventSink {
  private final Shell shell;
  private final TailCommand.Format format;
  private final TailText text;

  TailPrinter(Shell shell, TailCommand.Format format) {
    this.shell = shell;
    this.format = format;
    this.text =
        new TailText(
            shell.paintOut(),
            ZoneId.systemDefault(),
            shell.terminals().out(),
            format == TailCommand.Format.text ? shell.columns() : 0,
            shell.symbols().of("…"));
  }

  @Override
  public void event(Shown event) throws IOException, SinkException {
    TailRecord line = read(event);
    switch (format) {
      case text -> shell.out().line(text.line(line));
      case json, meta -> shell.out().line(json(line));
      case data -> {
        if (line.data() != null) {
          shell.out().line(shell.terminals().out() ? Printable.lines(line.data()) : line.data());
        }
      }
    }
  }

  static TailRecord read(Shown event) throws SinkException {
    try {
      return TailRecord.of(event.type(), event.data());
    } catch (IOException e) {
      throw new SinkException(ExitCode.REFUSED, "the server does not send a tail: " + event.data());
    }
  }

  static String json(TailRecord line) {
    boolean event = line.kind().equals("event");
    JsonLine json =
        JsonLine.record(event ? "event" : "reader-" + line.kind(), line.at())
            .put("user", line.user())
            .put(event ? "id" : "conn", line.id());
    if (event) {
      json.put("type", line.type());
    }
    if (line.data() != null) {
      json.putData(line.data());
    }
    line.details().forEach(json::put);
    return json.end();
  }
}
