package io.heliograph.server.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** The network between a node and a server, which can be cut: then connections stay open. */
public final class Relay implements AutoCloseable {

  private final ServerSocket listener;
  private final int target;
  private final Set<Socket> known = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;
  private volatile CountDownLatch answers = new CountDownLatch(0);

  public Relay(int target) {
    this.target = target;
    try {
      this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Nothing passes any more, neither over present connections nor over new ones. */
  public void cut() {
    cut = true;
    known.clear();
  }

  /** New connections work again. Those that were open do not, as if a firewall forgot them. */
  public void heal() {
    cut = false;
  }

  /** The server gets what clients send, but its answers are on their way until {@link #deliver}. */
  public void holdAnswers() {
    answers = new CountDownLatch(1);
  }

  /** What is on its way arrives. */
  public void deliver() {
    answers.countDown();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        var server = new Socket(InetAddress.getLoopbackAddress(), target);
        if (!cut) {
          known.add(client);
        }
        Thread.startVirtualThread(() -> copy(client, client, server));
        Thread.startVirtualThread(() -> copy(client, server, client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void copy(Socket client, Socket from, Socket to) {
    try (from;
        to) {
      byte[] buffer = new byte[8_192];
      for (int n = from.getInputStream().read(buffer);
          n > 0;
          n = from.getInputStream().read(buffer)) {
        if (!from.equals(client)) {
          answers.await();
        }
        if (known.contains(client)) {
          to.getOutputStream().write(buffer, 0, n);
        }
      }
    } catch (IOException | InterruptedException e) {
      // One end has gone.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
