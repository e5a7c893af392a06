package io.heliograph.server.log;

import io.heliograph.server.log.file.FileDisk;
import io.heliograph.server.log.file.FileEventLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;

/** A log on a real disk does what every log must do. */
class FileEventLogTest extends EventLogContract {

  @TempDir private Path directory;

  @Override
  EventLog open(Retention retention) {
    var options =
        new FileEventLog.Options(
            retention, retention, 64 << 20, FileEventLog.Options.SEGMENT_BYTES, true);
    try {
      return new FileEventLog(
          FileDisk.open(directory),
          options,
          nanos::get,
          () -> Instant.EPOCH.plusNanos(nanos.get()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
