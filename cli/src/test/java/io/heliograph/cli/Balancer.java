package io.heliograph.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Spreads connections over nodes, as a TCP load balancer does; skips a node that refuses. */
final class Balancer implements AutoCloseable {

  private final List<URI> nodes = new CopyOnWriteArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final ServerSocket listener = listen();

  Balancer() {
    Thread.startVirtualThread(this::accept);
  }

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  void add(URI node) {
    nodes.add(node);
  }

  void remove(URI node) {
    nodes.remove(node);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.startVirtualThread(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket node = connect()) {
      client.setTcpNoDelay(true);
      Thread.startVirtualThread(() -> copy(client, node));
      copy(node, client);
    } catch (IOException e) {
      // No node is there, or one end has gone: the client notices.
    }
  }

  private Socket connect() throws IOException {
    List<URI> all = List.copyOf(nodes);
    int first = next.getAndIncrement();
    for (int i = 0; i < all.size(); i++) {
      URI to = all.get(Math.floorMod(first + i, all.size()));
      var socket = new Socket();
      try {
        socket.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), to.getPort()), 1_000);
        socket.setTcpNoDelay(true);
        return socket;
      } catch (IOException e) {
        socket.close();
      }
    }
    throw new IOException("no node can be reached");
  }

  /** Until one end has gone; then both end. */
  private static void copy(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8_192];
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // One end was reset.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
