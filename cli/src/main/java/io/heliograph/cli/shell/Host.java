package io.heliograph.cli.shell;

import java.io.InputStream;
import java.time.Duration;
import java.util.function.Consumer;

/** What a command is given from outside while it runs; of the process, or of a test. */
public interface Host {
  /** The process: its stdin, its signals, and the pipe that its stdout may be. */
  Host PROCESS =
      new Host() {
        @Override
        public InputStream in() {
          return System.in;
        }

        @Override
        public void onFirstSignal(Notices notices, Duration haltAfter, Consumer<ExitCode> end) {
          Signals.onFirst(notices, haltAfter, end);
        }

        @Override
        public void onReaderLeft(Terminals terminals, Runnable gone) {
          ReaderWatch.start(terminals, gone);
        }
      };

  InputStream in();

  /** As {@link Signals#onFirst}. */
  void onFirstSignal(Notices notices, Duration haltAfter, Consumer<ExitCode> end);

  /** As {@link ReaderWatch#start}. */
  void onReaderLeft(Terminals terminals, Runnable gone);
}
