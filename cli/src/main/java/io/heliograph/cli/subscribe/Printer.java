package io.heliograph.cli.subscribe;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.shell.Stdout;
import java.io.IOException;
import java.util.function.Function;

/** Writes events to stdout, each with the same end behind it. */
record Printer(Stdout out, Function<Shown, String> form, char end) implements EventSink {
  @Override
  public void event(Shown event) throws IOException {
    out.line(form.apply(event), end);
  }
}
