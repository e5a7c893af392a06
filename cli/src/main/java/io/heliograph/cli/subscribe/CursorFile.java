package io.heliograph.cli.subscribe;

import io.heliograph.cli.shell.Notices;
import io.heliograph.client.FileResumeStore;
import io.heliograph.client.ResumeStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Keeps where a stream was left in a file of the SDK's, for the next run. */
final class CursorFile implements Consumer<String>, AutoCloseable {
  private final ResumeStore store;
  private final String stream;
  private final Notices notices;
  private volatile boolean closed;
  private boolean failed;

  private CursorFile(ResumeStore store, String stream, Notices notices) {
    this.store = store;
    this.stream = stream;
    this.notices = notices;
  }

  /** Opens the file, which may hold other streams, too; no other program may have it open. */
  static CursorFile open(Path file, String stream, Notices notices) throws IOException {
    return new CursorFile(FileResumeStore.open(file), stream, notices);
  }

  /** Where the last run left; {@code ""} if there was none. */
  String lastEventId() throws IOException {
    return store.load(stream).orElse("");
  }

  /** A full disk is reported once: the next run begins at an older event, and loses none. */
  @Override
  public void accept(String lastEventId) {
    try {
      store.save(stream, lastEventId);
    } catch (IOException e) {
      if (!failed && !closed) { // A late callback finds it closed, which is no fault of the disk.
        failed = true;
        notices.error("sse-cli: the cursor file cannot be written: " + e.getMessage());
      }
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    store.close();
  }
}
