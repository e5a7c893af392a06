package io.heliograph.cli.subscribe;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.Options;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Stdout;
import picocli.CommandLine.Option;

final class OutputOptions extends Options {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "Output format: ${COMPLETION-CANDIDATES} (default: text). json: one object per line;"
              + " meta: as json, plus records of connections, retries and gaps; data: only the"
              + " data; id: only the id; raw: the bytes of the stream.")
  private Format format = Format.text;

  enum Format {
    text,
    json,
    meta,
    data,
    id,
    raw;

    /** Prints events to stdout. */
    EventSink sink(Shell shell) {
      Stdout out = shell.out();
      boolean escape = shell.terminals().out();
      return switch (this) {
        case text -> {
          var text = new TextLine(shell, 0, true);
          yield event -> out.line(text.event(event));
        }
        case json, meta -> event -> out.line(JsonLine.event(event));
        case data -> event -> out.line(escape ? Printable.lines(event.data()) : event.data());
        case id -> event -> out.line(escape ? Printable.of(event.id()) : event.id());
        case raw -> event -> {}; // The client writes the bytes.
      };
    }
  }

  boolean raw() {
    return format == Format.raw;
  }

  boolean json() {
    return format == Format.json || format == Format.meta;
  }

  boolean meta() {
    return format == Format.meta;
  }

  /** Checks what picocli cannot; with {@code exec} events go to a program instead. */
  void requireSense(boolean exec) {
    if (exec && command().commandLine().getParseResult().hasMatchedOption("--output")) {
      throw usage("-o cannot be combined with --exec");
    } else if (exec) {
      format = Format.text; // A configured one is for when nothing else is asked for.
    }
  }

  EventSink sink(Shell shell) {
    return format.sink(shell);
  }
}
