package io.heliograph.cli.load.plan;

import io.heliograph.cli.load.result.Spans;
import java.time.Duration;

/** Something that ends many connections at once. */
public sealed interface Storm {
  Duration at();

  String written();

  /** The network breaks for a share of the users, above 0 and at most 1, by RST or by FIN. */
  record Cut(Duration at, double share, boolean reset) implements Storm {
    @Override
    public String written() {
      return Spans.seconds(at) + ":" + Spans.percent(share) + ":" + (reset ? "reset" : "close");
    }
  }

  /** A command of the shell runs, such as one that restarts the server. */
  record Run(Duration at, String command) implements Storm {
    @Override
    public String written() {
      return Spans.seconds(at) + ":" + command;
    }
  }
}
