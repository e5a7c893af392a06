package io.heliograph.client.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/**
 * A port of the loopback interface that stays ours: it listens, or is held only, or some other
 * program may get it. Guarded by its owner's lock.
 */
final class Port {
  private int number;
  private @Nullable ServerSocket listener;
  // Does not listen.
  private @Nullable Socket placeholder;

  /** 0 before it has ever listened. */
  int number() {
    return number;
  }

  boolean isListening() {
    return listener != null;
  }

  /** Whether this is what listens now. */
  boolean isListening(ServerSocket socket) {
    return socket.equals(listener);
  }

  /** Listens; on the same port as before. */
  ServerSocket listen() {
    try {
      free();
      var socket = new ServerSocket();
      socket.bind(at(number), 1024);
      number = socket.getLocalPort();
      listener = socket;
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What has listened, to be closed, and the thread that accepts from it to be joined: it is that
   * thread that lets go of the port. Null if nothing has.
   */
  @Nullable ServerSocket stop() {
    ServerSocket stopped = listener;
    listener = null;
    return stopped;
  }

  /** Keeps it from other programs. */
  void hold() {
    try {
      placeholder = new Socket();
      placeholder.setReuseAddress(true);
      placeholder.bind(at(number));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives it up, unless it listens. */
  void free() {
    try {
      if (placeholder != null) {
        placeholder.close();
        placeholder = null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }
}
