package io.heliograph.server.page;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A browser's process, with the processes that it starts. */
record BrowserProcess(Process process) implements AutoCloseable {

  /** Starts it with a home of its own, where it also leaves its output: the file {@code log}. */
  static BrowserProcess start(Path home, List<String> command) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("log").toFile());
    builder.environment().put("HOME", home.toString());
    builder.environment().put("XDG_RUNTIME_DIR", home.toString());
    return new BrowserProcess(builder.start());
  }

  @Override
  public void close() {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
