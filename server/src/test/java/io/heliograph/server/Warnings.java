package io.heliograph.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What any logger warns of, from start to stop. */
public final class Warnings {

  private final Queue<String> records = new ConcurrentLinkedQueue<>();

  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          // Refusals are told, at most once a minute for each reason: RefusalLogTest.
          if (entry.getLevel().intValue() >= Level.WARNING.intValue()
              && !"io.heliograph.server.refusals".equals(entry.getLoggerName())) {
            records.add(
                entry.getLoggerName() + ": " + entry.getMessage() + " " + entry.getThrown());
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  public void start() {
    Logger.getLogger("").addHandler(handler);
  }

  public void stop() {
    Logger.getLogger("").removeHandler(handler);
  }

  /** Those since the last call. */
  public List<String> taken() {
    var taken = new ArrayList<String>();
    for (String next = records.poll(); next != null; next = records.poll()) {
      taken.add(next);
    }
    return taken;
  }
}
