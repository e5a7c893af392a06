package io.heliograph.cli;

import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Host;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The program on a thread of this JVM, with a world of its own around it. */
final class InProcess implements Sse.Running, Host {
  private final LineOutput out = new LineOutput();
  private final LineOutput err = new LineOutput();
  private final CompletableFuture<InputStream> typed = new CompletableFuture<>();
  private final CompletableFuture<ExitCode> signal = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final Thread thread;

  InProcess(Map<String, String> env, List<String> words) {
    var shell = new Shell(this, new Terminals(false, false, false), env, out, err);
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("sse-cli " + String.join(" ", words))
            .start(() -> run(new Program(shell, words, InProcess::calm)));
  }

  private void run(Program program) {
    try {
      int exit = program.run();
      out.end();
      err.end();
      ended.complete(exit);
    } catch (Throwable e) {
      ended.completeExceptionally(e);
    }
  }

  /** As on a machine that has nothing else to do; what this program could not do still counts. */
  private static Verdict.Evidence calm(Verdict.Evidence noticed) {
    return new Verdict.Evidence(
        0, 0, noticed.droppedPublishes(), 0, 0, 0, 0, 0, noticed.localErrors());
  }

  @Override
  public boolean awaitEnd(Duration patience) throws InterruptedException {
    return thread.join(patience);
  }

  @Override
  public int exit() {
    return ended.join();
  }

  @Override
  public List<String> out() {
    return out.lines;
  }

  @Override
  public List<String> err() {
    return err.lines;
  }

  @Override
  public void type(String text) {
    typed.complete(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void signal(String name) {
    signal.complete(
        switch (name) {
          case "INT" -> ExitCode.INTERRUPTED;
          case "TERM" -> ExitCode.TERMINATED;
          default -> throw new IllegalArgumentException("only a process takes SIG" + name);
        });
  }

  @Override
  public void end() {
    typed.complete(InputStream.nullInputStream());
    signal.complete(ExitCode.TERMINATED);
    thread.interrupt();
  }

  /** Waits until something is typed, as a pipe does. */
  @Override
  public InputStream in() {
    return new InputStream() {
      @Override
      public int read() throws java.io.IOException {
        return typed.join().read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws java.io.IOException {
        return typed.join().read(bytes, offset, length);
      }
    };
  }

  @Override
  public void onFirstSignal(Notices notices, Duration haltAfter, Consumer<ExitCode> end) {
    var _ = signal.thenAccept(end);
  }

  @Override
  public void onReaderLeft(Terminals terminals, Runnable gone) {
    // This test reads to the end.
  }

  /** Cuts what is written into lines, as {@link java.io.BufferedReader} does. */
  private static final class LineOutput extends OutputStream {
    final List<String> lines = new CopyOnWriteArrayList<>();

    // Guarded by this.
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private boolean afterReturn;

    @Override
    public synchronized void write(int b) {
      if (b == '\r' || (b == '\n' && !afterReturn)) {
        flushLine();
      } else if (b != '\n') {
        line.write(b);
      }
      afterReturn = b == '\r';
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      for (int i = offset; i < offset + length; i++) {
        write(bytes[i]);
      }
    }

    synchronized void end() {
      if (line.size() > 0) {
        flushLine();
      }
    }

    private void flushLine() {
      lines.add(line.toString(StandardCharsets.UTF_8));
      line.reset();
    }
  }
}
