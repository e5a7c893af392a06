package io.heliograph.cli.subscribe;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Stdout;
import java.io.IOException;
import java.time.ZoneId;

/** Writes events to stdout. */
final class Printer implements EventSink {
  private final Stdout out;
  private final TextLine text;
  private final StreamFormat format;

  Printer(Shell shell, StreamFormat format) {
    this.out = shell.out();
    this.text =
        new TextLine(shell.paintOut(), ZoneId.systemDefault(), shell.terminals().out(), 0, true);
    this.format = format;
  }

  @Override
  public void event(Shown event) throws IOException {
    out.line(
        switch (format) {
          case text -> text.event(event);
          case json -> JsonLine.event(event);
          case data -> event.data();
        });
  }
}
