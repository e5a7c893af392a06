package io.heliograph.server;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.regex.Pattern;

/** What is logged under a name while this is open, by any test of the JVM: filter, or isolate. */
public final class LogCapture extends Handler implements AutoCloseable {

  private static final SimpleFormatter FORMATTER = new SimpleFormatter();

  // Held, for the JDK forgets loggers that nobody holds, and their handlers with them.
  private final Logger logger;
  private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();

  private LogCapture(Logger logger) {
    this.logger = logger;
  }

  public static LogCapture of(String name) {
    var capture = new LogCapture(Logger.getLogger(name));
    capture.logger.addHandler(capture);
    return capture;
  }

  /** Level and message of each entry, as they would stand in the log. */
  public List<String> lines() {
    return records.stream()
        .map(entry -> LogFormat.level(entry) + " " + FORMATTER.formatMessage(entry))
        .toList();
  }

  public List<LogRecord> records() {
    return List.copyOf(records);
  }

  /** Waits for a line that the pattern matches as a whole. */
  public void awaitLine(String pattern) {
    Pattern compiled = Pattern.compile(pattern);
    await()
        .untilAsserted(
            () ->
                org.assertj.core.api.Assertions.assertThat(lines())
                    .anyMatch(line -> compiled.matcher(line).matches()));
  }

  public void clear() {
    records.clear();
  }

  @Override
  public void publish(LogRecord entry) {
    records.add(entry);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
