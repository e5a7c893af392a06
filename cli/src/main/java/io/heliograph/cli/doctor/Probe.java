package io.heliograph.cli.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * One request for a stream, and when each line of the answer came. A virtual thread reads; any
 * thread may wait or close.
 */
final class Probe implements AutoCloseable {
  /**
   * The head of the answer.
   *
   * @param refusal the body of an answer that is no stream, as far as it is worth reading
   */
  record Head(Response response, String refusal) {}

  /** A line without its end, and when it came. */
  record Line(String text, long atNanos) {}

  private static final int REFUSAL_BYTES = 4096;
  // What is looked for is at the beginning of a line.
  private static final int LONGEST_LINE = 1 << 16;

  private final Call call;
  private final CompletableFuture<Head> head = new CompletableFuture<>();
  // Guarded by this, which is notified of each line and of the end.
  private final List<Line> lines = new ArrayList<>();
  private boolean over;
  private final long startedNanos = System.nanoTime();

  Probe(OkHttpClient client, Request request) {
    call = client.newCall(request);
    Thread.startVirtualThread(this::read);
  }

  /** The head of the answer; null if it does not come in time. */
  @Nullable Head head(Duration patience) throws IOException, InterruptedException {
    try {
      return head.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  /** The first line from this one on that fits; null if it does not come in time. */
  synchronized @Nullable Line await(int from, Predicate<String> fits, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    int next = from;
    while (true) {
      for (; next < lines.size(); next++) {
        if (fits.test(lines.get(next).text())) {
          return lines.get(next);
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (over || left <= 0) {
        return null;
      }
      wait(left);
    }
  }

  /** Whether the answer has ended. */
  synchronized boolean over() {
    return over;
  }

  /** For how long nothing has come; since the start if nothing ever came. */
  synchronized Duration silence() {
    long last = lines.isEmpty() ? startedNanos : lines.getLast().atNanos();
    return Duration.ofNanos(System.nanoTime() - last);
  }

  /** How many lines have come. */
  synchronized int count() {
    return lines.size();
  }

  /** The value of the last such field; {@code ""} for none. */
  synchronized String last(String field) {
    return lines.reversed().stream()
        .map(Line::text)
        .filter(line -> line.startsWith(field + ":"))
        .map(line -> line.substring(field.length() + 1).strip())
        .findFirst()
        .orElse("");
  }

  private void read() {
    try (Response response = call.execute()) {
      boolean stream = response.code() == 200;
      head.complete(new Head(response, stream ? "" : response.peekBody(REFUSAL_BYTES).string()));
      if (stream) {
        try (var reader = new BufferedReader(response.body().charStream())) {
          lines(reader);
        }
      }
    } catch (IOException e) {
      head.completeExceptionally(e); // Behind the head it is the end of the stream.
    } finally {
      end();
    }
  }

  /** As readLine(), which would keep a line without an end until no memory is left. */
  private void lines(BufferedReader reader) throws IOException {
    var line = new StringBuilder();
    boolean skipLineFeed = false;
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      boolean ends = c == '\r' || (c == '\n' && !skipLineFeed);
      skipLineFeed = c == '\r';
      if (ends) {
        add(line.toString());
        line.setLength(0);
      } else if (c != '\n' && line.length() < LONGEST_LINE) {
        line.append((char) c);
      }
    }
  }

  private synchronized void add(String line) {
    lines.add(new Line(line, System.nanoTime()));
    notifyAll();
  }

  private synchronized void end() {
    over = true;
    notifyAll();
  }

  @Override
  public void close() {
    call.cancel();
  }
}
