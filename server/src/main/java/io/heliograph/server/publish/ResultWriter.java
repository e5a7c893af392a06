package io.heliograph.server.publish;

import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.limit.BodyMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers results. Those of a small batch that has come whole are the response's body, in one
 * write.
 *
 * <p>Any other results are written on a thread of their own: many clients read no answer before
 * they have sent all, and if a write waited for them while they wait to be read from, both would
 * wait for ever. What waits to be written counts as memory of the request; when there is none left,
 * the next result waits, until the client reads or the request's time is over.
 */
final class ResultWriter implements AutoCloseable {

  private static final int MOST_GATHERED = 8 * 1024;

  private final ServerResponse response;
  private final BodyMemory.Part memory;

  // Confined to the thread that adds. To hand over each result would cost a change of threads.
  private final ByteArrayOutputStream gathered = new ByteArrayOutputStream();
  private boolean empty = true;
  private @Nullable OutputStream out; // Null until results are handed over, as is the thread.
  private @Nullable Thread thread;

  // Guarded by the monitor.
  private final ArrayDeque<byte[]> waiting = new ArrayDeque<>();
  private boolean complete;
  private boolean failed;

  ResultWriter(ServerResponse response, BodyMemory.Part memory) {
    this.response = response;
    this.memory = memory;
  }

  /**
   * Has the result written when more have come, or with {@link #flush}.
   *
   * @throws IOException if the publisher has gone
   */
  void add(byte[] result) throws IOException {
    empty = false;
    gathered.writeBytes(result);
    if (gathered.size() >= MOST_GATHERED) {
      flush();
    }
  }

  /**
   * Has the gathered results written soon. Must be called before waiting for the publisher, who may
   * wait for them.
   *
   * @throws IOException if the publisher has gone
   */
  void flush() throws IOException {
    if (gathered.size() > 0) {
      byte[] results = gathered.toByteArray();
      gathered.reset();
      handOver(results);
    }
  }

  private synchronized void handOver(byte[] result) throws IOException {
    if (thread == null) {
      OutputStream opened = response.outputStream();
      out = opened;
      thread = Thread.startVirtualThread(() -> run(opened));
    }
    while (!memory.grow(result.length)) {
      if (failed) {
        throw new IOException("The publisher has gone.");
      }
      if (waiting.isEmpty()) {
        memory.force(result.length); // One of them must get through, or none would ever.
        break;
      }
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("The request was ended.", e);
      }
    }
    waiting.addLast(result);
    notifyAll();
  }

  /** Whether there was no result yet: then nothing of the answer is out. */
  boolean isEmpty() {
    return empty;
  }

  /** Waits until all is written, then ends the body: without this the peer sees that it was cut. */
  void complete() throws IOException {
    if (out == null) {
      response.send(gathered.toByteArray());
      return;
    }
    flush();
    synchronized (this) {
      complete = true;
      notifyAll();
    }
    join();
    out.close();
  }

  private void run(OutputStream out) {
    try {
      for (List<byte[]> results = take(); !results.isEmpty(); results = take()) {
        int bytes = 0;
        for (byte[] result : results) {
          out.write(result);
          bytes += result.length;
        }
        out.flush();
        memory.shrink(bytes);
      }
      out.flush();
    } catch (IOException | RuntimeException e) {
      // The publisher has gone, which whoever reads from it sees, too.
      System.getLogger(ResultWriter.class.getName())
          .log(System.Logger.Level.TRACE, "a batch's publisher is gone", e);
      synchronized (this) {
        failed = true;
        notifyAll();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** All that wait; none at the end. */
  private synchronized List<byte[]> take() throws InterruptedException {
    notifyAll(); // What was written before left room.
    while (waiting.isEmpty() && !complete) {
      wait();
    }
    var all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }

  private void join() {
    try {
      if (thread != null) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.interrupt();
      join();
    }
  }
}
