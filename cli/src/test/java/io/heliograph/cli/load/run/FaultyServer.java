package io.heliograph.cli.load.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Speaks enough of Heliograph's protocol to be measured, and commits a fault with every so many
 * deliveries. What it did is in {@link #committed}: the measuring has to come to the same number.
 */
final class FaultyServer implements AutoCloseable {
  // After the last event, and well before the second for which simulate listens on.
  private static final long ECHO_MILLIS = 100;

  /** What goes wrong. */
  enum Fault {
    NONE,
    /** Takes the event and forgets it. */
    DROP,
    /** The same, and tells the reader. */
    TELL_GAP,
    /** Writes it twice. */
    DOUBLE,
    /** Writes it again half a second later. */
    ECHO,
    /** Writes it behind the user's next event. */
    SWAP,
    /** Writes it to another user instead. */
    MISROUTE,
    /** Changes a byte of it. */
    CORRUPT,
    /** Changes the mark by which it would be known. */
    DEFACE,
    /** Writes it 1.4 s later. */
    DELAY,
    /** Answers nothing for 200 ms of each second. */
    STALL,
    /** Answers the publish with 429. */
    REFUSE,
    /** Takes the event, but closes the connection instead of answering. */
    SILENT_ACCEPT,
    /** Takes the event, answers, and closes the connection without having said so. */
    CLOSE,
    /** Takes the event and never answers. */
    HANG
  }

  /** Where events for all users are posted to, with the user in the body. */
  static final String ONE_URL = "/publish";

  private static final Pattern TO = Pattern.compile("\"to\":\"([^\"]+)\"");

  private final ServerSocket listener = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
  private final Map<String, User> users = new ConcurrentHashMap<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong deliveries = new AtomicLong();
  private final AtomicLong committed = new AtomicLong();
  // In turn.
  private final List<Fault> faults;
  private final long every;
  private final long startNanos = System.nanoTime();
  private final CountDownLatch hanging = new CountDownLatch(1);

  /** Commits the fault with each {@code every}-th event. */
  FaultyServer(Fault fault, long every) throws IOException {
    this(List.of(fault), every);
  }

  /** Commits the next of the faults with each {@code every}-th event. */
  FaultyServer(List<Fault> faults, long every) throws IOException {
    this.faults = faults;
    this.every = every;
    Thread.startVirtualThread(this::accept);
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** How often the fault was committed. */
  long committed() {
    return committed.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.startVirtualThread(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private static String ofPath(String path) {
    return path.split("/", -1)[3];
  }

  /** As most servers have it: one URL for all publishes. */
  private static String ofBody(String body) {
    Matcher to = TO.matcher(body);
    if (!to.find()) {
      throw new IllegalStateException("the body names no user: " + body);
    }
    return to.group(1);
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      OutputStream out = socket.getOutputStream();
      for (String request = in.readLine(); request != null; request = in.readLine()) {
        int length = 0;
        String lastId = "";
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          String lower = line.toLowerCase(Locale.ROOT);
          if (lower.startsWith("content-length:")) {
            length = Integer.parseInt(lower.substring(15).strip());
          } else if (lower.startsWith("last-event-id:")) {
            lastId = line.substring(14).strip();
          }
        }
        String path = request.split(" ", -1)[1];
        if (request.startsWith("GET")) {
          user(ofPath(path)).follow(out, lastId);
          if (in.read() < 0) {
            return; // The reader has left.
          }
        } else {
          var body = new char[length];
          for (int n = 0; n < length; ) {
            n += in.read(body, n, length - n);
          }
          String text = new String(body);
          String user = path.equals(ONE_URL) ? ofBody(text) : ofPath(path);
          if (!publish(user(user), text, out)) {
            return;
          }
        }
      }
    } catch (IOException e) {
      // The reader has left.
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      sockets.remove(socket);
    }
  }

  private User user(String name) {
    return users.computeIfAbsent(name, n -> new User());
  }

  private boolean publish(User user, String body, OutputStream out)
      throws IOException, InterruptedException {
    if (faults.contains(Fault.STALL)) {
      long inSecond = (System.nanoTime() - startNanos) % 1_000_000_000;
      if (inSecond < 200_000_000) {
        Thread.sleep(Duration.ofNanos(200_000_000 - inSecond)); // The fault itself.
      }
    }
    long number = deliveries.incrementAndGet();
    Fault fault =
        number % every == 0 ? faults.get((int) ((number / every - 1) % faults.size())) : Fault.NONE;
    if (fault == Fault.REFUSE) {
      committed.incrementAndGet();
      out.write("HTTP/1.1 429 No\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.UTF_8));
      return true;
    }
    String data = body.substring(body.indexOf("\"data\":") + 7, body.length() - 1);
    user.take(data, fault);
    if (fault == Fault.SILENT_ACCEPT) {
      committed.incrementAndGet();
      return false;
    }
    if (fault == Fault.HANG) {
      committed.incrementAndGet();
      hanging.await();
      return false;
    }
    if (fault == Fault.CLOSE) {
      committed.incrementAndGet(); // Before the answer, with which the run may be over.
    }
    out.write("HTTP/1.1 202 OK\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.UTF_8));
    return fault != Fault.CLOSE;
  }

  @Override
  public void close() throws IOException {
    hanging.countDown();
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One user's log and its one connection. */
  private final class User {
    // Guarded by this.
    private final List<String> log = new ArrayList<>();
    private @Nullable OutputStream out;
    private @Nullable String heldBack;

    synchronized void follow(OutputStream stream, String lastId) throws IOException {
      out = stream;
      int from = lastId.isEmpty() ? log.size() : Integer.parseInt(lastId);
      String mode = lastId.isEmpty() ? "fresh" : "resumed";
      write(
          "HTTP/1.1 200 OK\r\n"
              + "Content-Type: text/event-stream\r\n"
              + "Sse-Heartbeat-Interval: 15\r\n\r\n"
              + ":\n"
              + "retry: 100\n"
              + "event: stream.open\n"
              + "id: "
              + from
              + "\ndata: {\"connection\":\"c\",\"user\":\"u\",\"mode\":\""
              + mode
              + "\",\"heartbeatMs\":15000,\"protocol\":2}\n\n");
      for (int i = from; i < log.size(); i++) {
        event(i + 1, log.get(i));
      }
      control("stream.live", "{\"replayed\":" + (log.size() - from) + "}");
    }

    synchronized void take(String data, Fault now) throws IOException, InterruptedException {
      switch (now) {
        case DROP -> committed.incrementAndGet();
        case TELL_GAP -> {
          committed.incrementAndGet();
          control("stream.gap", "{\"log\":\"user\",\"reason\":\"expired\",\"lost\":1}");
        }
        case DOUBLE -> {
          committed.incrementAndGet();
          log.add(data);
          event(log.size(), data);
          event(log.size(), data);
        }
        case ECHO -> {
          committed.incrementAndGet();
          log.add(data);
          int id = log.size();
          event(id, data);
          Thread.startVirtualThread(() -> echo(id, data));
        }
        case SWAP -> heldBack = data;
        case MISROUTE -> misroute(data);
        case CORRUPT -> {
          committed.incrementAndGet();
          log.add(data);
          event(log.size(), data.replaceFirst("xx", "xy"));
        }
        case DEFACE -> {
          committed.incrementAndGet();
          log.add(data);
          event(log.size(), data.replaceFirst("@sim:", "@sin:"));
        }
        case DELAY -> {
          if (committed.compareAndSet(0, 1)) {
            Thread.sleep(1400); // The fault itself.
          }
          log.add(data);
          event(log.size(), data);
        }
        default -> {
          log.add(data);
          event(log.size(), data);
          String held = heldBack;
          if (held != null) {
            heldBack = null;
            committed.incrementAndGet();
            log.add(held);
            event(log.size(), held);
          }
        }
      }
    }

    private void echo(int id, String data) {
      try {
        Thread.sleep(ECHO_MILLIS); // The fault itself, not a wait for something.
        synchronized (this) {
          event(id, data);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void misroute(String data) throws IOException {
      for (User other : users.values()) {
        // Not while the other waits for this one: the order of locks is nobody's here.
        if (other != this && other.strange(data)) {
          committed.incrementAndGet();
          return;
        }
      }
    }

    private boolean strange(String data) throws IOException {
      OutputStream stream = out;
      if (stream == null) {
        return false;
      }
      // One write is one system call, so it falls between two events of the other.
      stream.write(("event: sim\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
      return true;
    }

    private void event(int id, String data) throws IOException {
      write("id: " + id + "\nevent: sim\ndata: " + data + "\n\n");
    }

    private void control(String type, String data) throws IOException {
      write("event: " + type + "\nid: " + log.size() + "\ndata: " + data + "\n\n");
    }

    private void write(String text) throws IOException {
      OutputStream stream = out;
      if (stream != null) {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
