package io.heliograph.server.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What lies between two programs: forwards bytes from a port that stays the same, until it is told
 * to fail. Thread-safe.
 */
final class Network implements AutoCloseable {

  private static final byte[] BAD_GATEWAY =
      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  /** One connection; while it is silent, nothing passes and nobody is told. */
  private static final class Pair {
    final Socket near;
    final Socket far;
    volatile boolean silent;

    Pair(Socket near, Socket far) {
      this.near = near;
      this.far = far;
    }

    void close() {
      closed(near);
      closed(far);
    }
  }

  private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
  private final ServerSocket listener;
  private volatile int backend;
  private volatile boolean bad;

  Network(int backend) throws IOException {
    this.backend = backend;
    listener = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Sends new connections to this port of this machine. */
  void forwardTo(int port) {
    backend = port;
  }

  /** Loses everything on all connections that are open now; new ones work. */
  void silence() {
    pairs.forEach(pair -> pair.silent = true);
  }

  /** Closes all connections, and answers every new one with 502, until it is told otherwise. */
  void answerBadGateway(boolean now) {
    bad = now;
    if (now) {
      cut();
    }
  }

  void cut() {
    pairs.forEach(Pair::close);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        var near = listener.accept();
        Thread.startVirtualThread(() -> serve(near));
      } catch (IOException e) {
        // It was closed.
      }
    }
  }

  private void serve(Socket near) {
    try (near) {
      if (bad) {
        if (near.getInputStream().read() >= 0) {
          near.getOutputStream().write(BAD_GATEWAY);
        }
        return;
      }
      try (var far = new Socket(InetAddress.getLoopbackAddress(), backend)) {
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
        var pair = new Pair(near, far);
        pairs.add(pair);
        try {
          Thread.startVirtualThread(() -> copy(pair, near, far));
          copy(pair, far, near);
        } finally {
          pairs.remove(pair);
        }
      }
    } catch (IOException e) {
      // One side is gone, and so both are.
    }
  }

  private static void copy(Pair pair, Socket from, Socket to) {
    var buffer = new byte[65_536];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int read;
      while ((read = in.read(buffer)) >= 0) {
        if (!pair.silent) {
          out.write(buffer, 0, read);
        }
      }
    } catch (IOException e) {
      // As above.
    }
    if (!pair.silent) {
      pair.close();
    }
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
    listener.close();
    cut();
  }
}
