package io.heliograph.cli;

import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Host;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** Shells that nothing comes into from outside: an empty stdin, no signals. */
public final class Shells {
  private static final Host NONE =
      new Host() {
        @Override
        public InputStream in() {
          return InputStream.nullInputStream();
        }

        @Override
        public void onFirstSignal(Notices notices, Duration haltAfter, Consumer<ExitCode> end) {}

        @Override
        public void onReaderLeft(Terminals terminals, Runnable gone) {}
      };

  private Shells() {}

  /** One without a terminal. */
  public static Shell of(Map<String, String> env, OutputStream out, OutputStream err) {
    return new Shell(NONE, new Terminals(false, false, false), env, out, err);
  }

  /** One whose streams are all a terminal. */
  public static Shell onTerminal(Map<String, String> env, OutputStream out, OutputStream err) {
    return new Shell(NONE, new Terminals(true, true, true), env, out, err);
  }
}
