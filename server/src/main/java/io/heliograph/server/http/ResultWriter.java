package io.heliograph.server.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Writes results on a thread of its own: many clients read no answer before they have sent all, and
 * if a write waited for them while they wait to be read from, both would wait for ever. Bounded by
 * the items of a batch.
 */
final class ResultWriter implements AutoCloseable {

  private static final byte[] END = new byte[0];

  private final OutputStream out;
  private final BlockingQueue<byte[]> results = new LinkedBlockingQueue<>();
  private final Thread thread;
  private boolean empty = true; // Confined to the thread that adds.

  ResultWriter(OutputStream out) {
    this.out = out;
    this.thread = Thread.startVirtualThread(this::run);
  }

  /** Has the result written soon, together with those that wait already. */
  void add(byte[] result) {
    empty = false;
    results.add(result);
  }

  /** Whether there was no result yet: then nothing of the answer is out. */
  boolean isEmpty() {
    return empty;
  }

  /** Waits until all is written, then ends the body: without this the peer sees that it was cut. */
  void complete() throws IOException {
    results.add(END);
    join();
    out.close();
  }

  private void run() {
    var batch = new ArrayList<byte[]>();
    try {
      while (true) {
        batch.add(results.take());
        results.drainTo(batch);
        for (byte[] result : batch) {
          if (result.length == 0) {
            out.flush();
            return;
          }
          out.write(result);
        }
        out.flush();
        batch.clear();
      }
    } catch (IOException | RuntimeException e) {
      // The publisher has gone, which whoever reads from it sees, too.
      System.getLogger(ResultWriter.class.getName())
          .log(System.Logger.Level.TRACE, "a batch's publisher is gone", e);
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void join() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    join();
  }
}
