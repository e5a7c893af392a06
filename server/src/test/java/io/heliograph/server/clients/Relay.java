package io.heliograph.server.clients;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Stands between clients and the server, copies bytes, and cuts when it is told to. It knows a
 * connection's user by the path of the first request; what is encrypted must be for one client, and
 * is the user's whom {@link #isFor} named last. Thread-safe.
 */
final class Relay implements AutoCloseable {

  private static final Pattern STREAM = Pattern.compile("^GET /sse/([^ ?]+)");

  private final Map<Socket, String> users = new ConcurrentHashMap<>();
  private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();
  private final Map<String, byte[]> cutBehind = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();
  private final int port;
  private volatile int desk;
  private volatile int backend;
  private volatile String only = "";
  private volatile @Nullable ServerSocket listener;

  Relay() throws IOException {
    var first = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    port = first.getLocalPort();
    accept(first);
  }

  int port() {
    return port;
  }

  /** Sends new connections to this port of this machine. */
  void forwardTo(int backendPort) {
    backend = backendPort;
  }

  /** Where the page comes from: browsers want it from the streams' origin. */
  void pageFrom(int deskPort) {
    desk = deskPort;
  }

  /** Takes all connections from now on for this user's, because they cannot be read. */
  void isFor(String user) {
    only = user;
  }

  /** Refuses connections, as a port without a server does, until {@link #up}. */
  void down() throws IOException {
    var open = listener;
    if (open != null) {
      open.close();
    }
  }

  void up() throws IOException {
    var again = new ServerSocket();
    again.setReuseAddress(true);
    again.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
    accept(again);
  }

  /** How many streams the user has asked for since the relay began. */
  int requestsOf(String user) {
    return requests.computeIfAbsent(user, _ -> new AtomicInteger()).get();
  }

  /** Whether a connection of the user is open. */
  boolean isOpen(String user) {
    return users.containsValue(user);
  }

  /** Accepts the user's new connections and passes nothing on, until {@link #release}. */
  void hold(String user) {
    held.put(user, new CountDownLatch(1));
  }

  void release(String user) {
    var latch = held.remove(user);
    if (latch != null) {
      latch.countDown();
    }
  }

  /** Closes the user's connections to both sides. */
  void cut(String user) {
    users.forEach(
        (socket, of) -> {
          if (of.equals(user)) {
            closed(socket);
          }
        });
  }

  /**
   * Cuts the user's connection right behind these bytes, as soon as they have passed, once.
   *
   * <p>Only where they come in one piece, as an event of the server does.
   */
  void cutBehind(String user, String text) {
    cutBehind.put(user, text.getBytes(StandardCharsets.UTF_8));
  }

  void cutAll() {
    users.keySet().forEach(Relay::closed);
  }

  private void accept(ServerSocket from) {
    listener = from;
    Thread.startVirtualThread(
        () -> {
          while (!from.isClosed()) {
            try {
              var client = from.accept();
              Thread.startVirtualThread(() -> serve(client));
            } catch (IOException e) {
              // Closed by down().
            }
          }
        });
  }

  private void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      var buffer = new byte[16_384];
      int read = client.getInputStream().read(buffer);
      if (read <= 0) {
        return;
      }
      var head = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
      Matcher stream = STREAM.matcher(head);
      String user = stream.find() ? stream.group(1) : only;
      users.put(client, user);
      requests.computeIfAbsent(user, _ -> new AtomicInteger()).incrementAndGet();
      var latch = held.get(user);
      if (latch != null) {
        latch.await();
      }
      try (var server =
          new Socket(
              InetAddress.getLoopbackAddress(), head.startsWith("GET /page") ? desk : backend)) {
        server.setTcpNoDelay(true);
        server.getOutputStream().write(buffer, 0, read);
        Thread.startVirtualThread(() -> forward(client, server));
        back(server, client, user);
      }
    } catch (IOException e) {
      // One side is gone, and so both are.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      users.remove(client);
    }
  }

  private void forward(Socket client, Socket server) {
    try {
      client.getInputStream().transferTo(server.getOutputStream());
    } catch (IOException e) {
      // As above.
    }
    closed(server);
  }

  private void back(Socket server, Socket client, String user) throws IOException {
    InputStream in = server.getInputStream();
    OutputStream out = client.getOutputStream();
    var buffer = new byte[65_536];
    int read;
    while ((read = in.read(buffer)) >= 0) {
      byte[] mark = cutBehind.get(user);
      int end = mark == null ? -1 : endOf(mark, buffer, read);
      out.write(buffer, 0, end < 0 ? read : end);
      if (end >= 0) {
        cutBehind.remove(user);
        return;
      }
    }
  }

  private static int endOf(byte[] mark, byte[] bytes, int length) {
    for (int at = 0; at + mark.length <= length; at++) {
      if (Arrays.equals(bytes, at, at + mark.length, mark, 0, mark.length)) {
        return at + mark.length;
      }
    }
    return -1;
  }

  private static void closed(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It was closing.
    }
  }

  @Override
  public void close() throws IOException {
    down();
    Set.copyOf(held.keySet()).forEach(this::release);
    cutAll();
  }
}
