package io.heliograph.client;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.Exchange.Framing;
import io.heliograph.client.testkit.SseTestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import okio.ByteString;

/**
 * A server that resumes and has bad luck: all that it does follows from a seed. Whatever happens to
 * a connection, what it said of the stream was true, so that a reader may lose, double and misorder
 * nothing. Thread-safe.
 */
final class FaultScript {
  private static final List<String> NEWLINES = List.of("\n", "\r\n", "\r");
  // Lines that mean nothing to the standard, wherever they stand.
  private static final List<String> NOISE =
      List.of(
          ":",
          ": heartbeat",
          "foo: bar",
          "DATA: x",
          "data : x",
          "dataa: x",
          "\ufeffdata: x",
          " data: x",
          "retry: soon",
          "retry: 0",
          "id: a\0b");
  private static final List<String> GARBAGE_CHUNK_SIZES =
      List.of("\0\0\0\0", "zz\r\n", "5zz\r\n", "ffffffffffffffffff\r\n", "-1\r\n", "\r\n");

  /** What ends a connection that is in trouble. */
  private enum Fault {
    CUT,
    RESET,
    END,
    STALL,
    RESTART,
    CHUNK_SIZE,
    STATUS,
    HEAD,
    NOTHING_NEW
  }

  private static final List<Fault> FAULTS =
      Arrays.stream(Fault.values()).filter(f -> f != Fault.NOTHING_NEW).toList();

  private final Random random;
  private final int events;
  private int faultsLeft;
  private final List<Thread> restarts = new ArrayList<>();
  private final List<String> done = new ArrayList<>();

  FaultScript(long seed) {
    random = new Random(seed);
    events = 1 + random.nextInt(40);
    faultsLeft = random.nextInt(12);
  }

  /** What a reader must have seen in the end: {@code id:data}. */
  List<String> expected() {
    var expected = new ArrayList<String>();
    for (int i = 1; i <= events; i++) {
      expected.add(i + ":" + data(i));
    }
    return expected;
  }

  /** What it did, for the message of a test that fails. */
  synchronized List<String> done() {
    return List.copyOf(done);
  }

  /** What happens to one connection. */
  private record Plan(Fault fault, boolean gzip, Framing framing, ByteString sent, Random random) {}

  void answer(Exchange exchange, SseTestServer server) throws IOException {
    Plan plan = plan(exchange.request().lastEventId());
    Random own = plan.random;
    switch (plan.fault) {
      case NOTHING_NEW -> {
        exchange.status(204, "");
        return;
      }
      case STATUS -> {
        int[] codes = {408, 425, 429, 500, 502, 503, 504, 599};
        exchange.status(
            codes[own.nextInt(codes.length)], "x".repeat(own.nextInt(9000)), "Retry-After: 0");
        return;
      }
      case HEAD -> {
        exchange.raw(garbageHead(own)).cut();
        return;
      }
      default -> {
        // Something of the stream comes first.
      }
    }
    var headers = new ArrayList<String>(List.of("Content-Type: text/event-stream"));
    if (plan.gzip) {
      headers.add("Content-Encoding: gzip");
    }
    exchange.open(plan.framing, 0, headers.toArray(String[]::new));
    sendInPieces(exchange, plan.sent.toByteArray(), own);
    switch (plan.fault) {
      case CUT -> exchange.cut();
      case RESET -> exchange.reset();
      case STALL -> exchange.silence();
      case RESTART -> restart(server, own.nextInt(15));
      case CHUNK_SIZE -> {
        // Without chunks there is no size: it would be part of the stream, or of the gzip data,
        // where it may well unpack to a line that was never sent.
        if (plan.framing == Framing.CHUNKED) {
          String garbage = GARBAGE_CHUNK_SIZES.get(own.nextInt(GARBAGE_CHUNK_SIZES.size()));
          exchange.raw(garbage.getBytes(StandardCharsets.ISO_8859_1));
        }
        exchange.cut();
      }
      default -> {
        // An orderly end, in the middle of whatever it was.
      }
    }
  }

  // A reader that gave a connection up may be back before its script has noticed.
  private synchronized Plan plan(String from) {
    int last = from.isEmpty() ? 0 : Integer.parseInt(from);
    var own = new Random(random.nextLong());
    if (last == events) {
      done.add(from + " 204");
      return new Plan(Fault.NOTHING_NEW, false, Framing.CHUNKED, ByteString.EMPTY, own);
    }
    Fault fault = faultsLeft-- > 0 ? FAULTS.get(random.nextInt(FAULTS.size())) : Fault.END;
    boolean gzip = random.nextInt(4) == 0;
    Framing framing = random.nextInt(3) == 0 ? Framing.CLOSE : Framing.CHUNKED;
    byte[] body = gzip ? gzipped(stream(last)) : stream(last);
    // In two of three cases within the first events, or most streams would be done in one go.
    int length =
        faultsLeft < 0
            ? body.length
            : random.nextInt(1 + (random.nextInt(3) == 0 ? body.length : body.length / 8));
    done.add(from + " " + fault + " after " + length + (gzip ? " gzip " : " ") + framing);
    return new Plan(fault, gzip, framing, ByteString.of(body, 0, length), own);
  }

  /** Waits for what it has started. */
  void join() throws InterruptedException {
    List<Thread> started;
    synchronized (this) {
      started = List.copyOf(restarts);
    }
    for (Thread restart : started) {
      restart.join();
    }
  }

  private synchronized void restart(SseTestServer server, long pause) {
    restarts.add(
        Threads.start(
            "test-thread",
            () -> {
              server.down();
              try {
                Thread.sleep(pause); // A restart takes its time.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              server.up();
            }));
  }

  private static void sendInPieces(Exchange exchange, byte[] bytes, Random random)
      throws IOException {
    int largest = List.of(1, 2, 7, 100, 10_000).get(random.nextInt(5));
    for (int from = 0; from < bytes.length; ) {
      int to = Math.min(bytes.length, from + 1 + random.nextInt(largest));
      exchange.send(Arrays.copyOfRange(bytes, from, to));
      from = to;
    }
  }

  /** All events after one, with noise that means nothing. */
  private byte[] stream(int last) {
    var out = new ByteArrayOutputStream();
    // Never noise first: a byte order mark means something at the start, and only there.
    write(out, random.nextInt(8) == 0 ? "\ufeff" : ":\n");
    if (last > 0 && random.nextInt(3) == 0) {
      write(out, "retry: 0\n\nid: " + last + "\n\n"); // As Heliograph begins a stream.
    }
    for (int i = last + 1; i <= events; i++) {
      String newline = NEWLINES.get(random.nextInt(3));
      noise(out, newline);
      if (random.nextInt(6) == 0) {
        write(out, "event: dropped" + newline + newline); // A block without data is no event.
      }
      boolean idFirst = random.nextBoolean();
      if (idFirst) {
        write(out, "id: " + i + newline);
        noise(out, newline);
      }
      for (String line : data(i).split("\n", -1)) {
        write(out, (line.isEmpty() ? "data" : "data: " + line) + newline);
        noise(out, newline);
      }
      if (!idFirst) {
        write(out, "id: " + i + newline);
      }
      write(out, newline);
    }
    return out.toByteArray();
  }

  private void noise(ByteArrayOutputStream out, String newline) {
    if (random.nextInt(5) == 0) {
      write(out, NOISE.get(random.nextInt(NOISE.size())) + newline);
    }
    if (random.nextInt(20) == 0) {
      byte[] any = new byte[random.nextInt(200)]; // Mostly no UTF-8.
      random.nextBytes(any);
      for (int i = 0; i < any.length; i++) {
        any[i] = any[i] == '\n' || any[i] == '\r' ? 0 : any[i];
      }
      out.write(':');
      out.writeBytes(any);
      write(out, newline);
    }
  }

  private static byte[] garbageHead(Random random) {
    byte[] any = new byte[random.nextInt(300)];
    random.nextBytes(any);
    return switch (random.nextInt(4)) {
      case 0 -> any;
      case 1 -> "HTTP/1.1 2".getBytes(StandardCharsets.US_ASCII);
      case 2 -> "HTTP/1.1 200 OK\r\nContent-Type: text/eve".getBytes(StandardCharsets.US_ASCII);
      default -> "SSH-2.0-OpenSSH_9.2\r\n".getBytes(StandardCharsets.US_ASCII);
    };
  }

  private static String data(int i) {
    return switch (i % 7) {
      case 0 -> "";
      case 1 -> "\u00e9" + i + "\nsecond line\n";
      case 2 -> "x".repeat(3000) + i;
      case 3 -> " \ud83d\ude00 " + i;
      default -> "{\"n\":" + i + "}";
    };
  }

  private static byte[] gzipped(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out, 512, true)) {
      for (int from = 0; from < bytes.length; from += 100) {
        gzip.write(bytes, from, Math.min(100, bytes.length - from));
        gzip.flush();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
