package io.heliograph.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** A process, with a thread for each of its two outputs. */
final class PackedProcess implements Sse.Running {
  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  PackedProcess(Process process) {
    this.process = process;
    read(process.inputReader(StandardCharsets.UTF_8), out);
    read(process.errorReader(StandardCharsets.UTF_8), err);
  }

  private void read(BufferedReader from, List<String> to) {
    readers.add(Thread.startVirtualThread(() -> from.lines().forEach(to::add)));
  }

  @Override
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
      return false;
    }
    for (Thread reader : readers) {
      reader.join();
    }
    return true;
  }

  @Override
  public int exit() {
    return process.exitValue();
  }

  @Override
  public List<String> out() {
    return out;
  }

  @Override
  public List<String> err() {
    return err;
  }

  @Override
  public void type(String text) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void end() {
    process.destroyForcibly();
  }
}
