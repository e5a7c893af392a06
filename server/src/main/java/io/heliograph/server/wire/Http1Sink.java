package io.heliograph.server.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.SinkClosedException;
import io.heliograph.server.reactor.Reactor;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A stream on an HTTP/1.1 connection that keeps its thread, because it uses TLS. Each flush writes
 * one chunk, past the response's own buffers; the first one includes the head of the response.
 *
 * <p>Helidon's own SseSink notices a peer that left only when it writes; this one reads, too.
 */
final class Http1Sink extends StreamSink {

  // For the word that TLS ends with; a peer that does not read cannot get it.
  private static final Duration CLOSE_PATIENCE = Duration.ofMillis(500);

  // A TLS record (RFC 8446, section 5.1): what is larger is written in several anyway.
  private static final int PIECE_BYTES = 16 * 1024;

  private final ConnectionContext context;
  private final SocketChannel channel;
  private final ServerResponse response;

  // Confined to the owner of the drain.
  private boolean headSent;

  private volatile boolean aborted;

  private volatile long accepted; // Written by the owner of the drain.

  // Who writes now; null while nobody does.
  private volatile @Nullable Thread writer;

  Http1Sink(ConnectionContext context, SocketChannel channel, ServerResponse response) {
    super(Chunk.HEAD_ROOM);
    this.context = context;
    this.channel = channel;
    this.response = response;
  }

  @Override
  public boolean blocks() {
    return true;
  }

  @Override
  public void watch(Reactor reactor, Watcher watcher) {
    // awaitLeave() tells what the peer does.
  }

  @Override
  public boolean flush() {
    FrameBuffer frames = take();
    if (frames == null) {
      return true;
    }
    int start = Chunk.seal(frames);
    int first = Math.min(frames.end(), start + PIECE_BYTES);
    BufferData chunk = BufferData.create(frames.bytes(), start, first - start);
    write(headSent ? chunk : BufferData.create(Chunk.head(response), chunk));
    headSent = true;
    long before = accepted - start; // One thread at a time.
    for (int at = first; at < frames.end(); at += PIECE_BYTES) {
      accepted = before + at;
      int length = Math.min(PIECE_BYTES, frames.end() - at);
      write(BufferData.create(frames.bytes(), at, length));
    }
    return true;
  }

  @Override
  public long accepted() {
    return accepted;
  }

  @Override
  public boolean end() {
    flush();
    write(BufferData.create(Chunk.LAST));
    return true;
  }

  private void write(BufferData data) {
    try {
      writer = Thread.currentThread();
      if (aborted) { // Asked after the writer is known: abort() sees the one, or this the other.
        throw new SinkClosedException(new IllegalStateException("aborted"));
      }
      context.dataWriter().writeNow(data);
    } catch (SinkClosedException e) {
      throw e;
    } catch (RuntimeException e) {
      // Helidon wraps what the socket threw in one of several exceptions; all mean that it is over.
      throw new SinkClosedException(e);
    } finally {
      writer = null;
    }
  }

  @Override
  public void abort() {
    if (aborted) {
      return;
    }
    aborted = true;
    if (context.isSecure()) {
      Thread.startVirtualThread(this::closeSecure);
    } else {
      closeSocket();
    }
  }

  /**
   * A TLS write that is stuck holds the lock that closing wants, and closing writes, too.
   * Interrupting a virtual thread closes the socket under its write.
   */
  private void closeSecure() {
    Thread stuck = writer;
    if (stuck != null && stuck != Thread.currentThread()) {
      stuck.interrupt();
    }
    Thread closer = Thread.startVirtualThread(this::closeSocket);
    try {
      if (!closer.join(CLOSE_PATIENCE)) {
        closer.interrupt();
      }
    } catch (InterruptedException e) {
      closer.interrupt();
    }
  }

  private void closeSocket() {
    try (channel) { // Over TLS, Helidon 4.5 only says that it closes.
      context.serverSocket().close();
    } catch (IOException | RuntimeException e) {
      // It was closed already: by the peer, or by Helidon.
      System.getLogger(Http1Sink.class.getName())
          .log(System.Logger.Level.TRACE, "closing a socket that was closed", e);
    }
  }

  @Override
  public CloseReason awaitLeave() {
    DataReader reader = context.dataReader();
    int input = 0;
    try {
      while (!aborted && input <= MAX_INPUT_BYTES) {
        reader.ensureAvailable();
        input += reader.readBuffer().available();
      }
    } catch (DataReader.InsufficientDataAvailableException e) {
      // The peer closed its side.
    } catch (RuntimeException e) {
      // The peer reset the connection, or abort() closed it under the read.
      System.getLogger(Http1Sink.class.getName())
          .log(System.Logger.Level.TRACE, "a stream's peer is gone", e);
    }
    return input > MAX_INPUT_BYTES ? CloseReason.UNEXPECTED_INPUT : CloseReason.CLIENT_LEFT;
  }
}
