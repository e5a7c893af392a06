package io.heliograph.server.wire;

import io.heliograph.server.helidon.HandOver;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.SinkClosedException;
import io.heliograph.server.reactor.Link;
import io.heliograph.server.reactor.Reactor;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A stream on a plain HTTP/1.1 connection that has left its thread. Writes never block: the reactor
 * continues a write that the socket did not accept completely, and detects that the peer leaves.
 */
final class ReactorSink extends StreamSink implements Link.Peer {

  private final HandOver connection;

  // Confined to the owner of the claim: the response's head until it is written, and the rest of a
  // write that the socket did not accept.
  private byte @Nullable [] head;
  private @Nullable ByteBuffer rest;

  // Confined to the reactor's thread after construction.
  private int input;

  // Written once, before the first write.
  private @Nullable Watcher watcher;
  private volatile @Nullable Link link;
  private volatile boolean aborted;
  private volatile long accepted; // Of writes that were cut short; written by the claim's owner.

  /**
   * Takes the connection.
   *
   * @param head the head of the response
   * @param input the number of bytes that the peer has sent after its request
   */
  ReactorSink(HandOver connection, byte[] head, int input) {
    super(Chunk.HEAD_ROOM);
    this.connection = connection;
    this.head = head;
    this.input = input;
  }

  @Override
  public boolean blocks() {
    return false;
  }

  @Override
  public void watch(Reactor reactor, Watcher watcher) {
    this.watcher = watcher;
    Link adopted = reactor.adopt(connection.take(), this);
    link = adopted;
    if (aborted) { // Checked after link is written: either abort() sees the link, or this the flag.
      adopted.close();
    }
  }

  @Override
  public boolean flush() {
    return send(gathered(false));
  }

  @Override
  public boolean end() {
    return send(gathered(true));
  }

  /** The rest of the last write, or the bytes gathered since; null if there are none. */
  private @Nullable ByteBuffer gathered(boolean last) {
    if (rest != null) {
      return rest;
    }
    FrameBuffer frames = take();
    if (frames == null) {
      return last ? ByteBuffer.wrap(Chunk.LAST) : null;
    }
    int start = Chunk.seal(frames);
    if (last) {
      frames.put(Chunk.LAST);
    }
    ByteBuffer chunk = ByteBuffer.wrap(frames.bytes(), start, frames.end() - start);
    return head == null ? chunk : behindHead(head, chunk);
  }

  private ByteBuffer behindHead(byte[] bytes, ByteBuffer chunk) {
    head = null;
    return ByteBuffer.allocate(bytes.length + chunk.remaining()).put(bytes).put(chunk).flip();
  }

  private boolean send(@Nullable ByteBuffer bytes) {
    if (bytes == null) {
      return true;
    }
    Link to = link;
    if (to == null || aborted) {
      throw new SinkClosedException(new IllegalStateException("aborted"));
    }
    int before = bytes.remaining();
    try {
      to.send(bytes);
    } catch (IOException e) {
      throw new SinkClosedException(e);
    }
    if (!bytes.hasRemaining()) {
      rest = null;
      return true;
    }
    rest = bytes;
    long soFar = accepted; // One thread at a time.
    accepted = soFar + before - bytes.remaining();
    to.armWrite(); // The last action: from here on the reactor's thread may be the owner.
    return false;
  }

  @Override
  public long accepted() {
    return accepted;
  }

  @Override
  public void abort() {
    aborted = true;
    Link to = link;
    if (to != null) {
      to.close();
    }
  }

  @Override
  public CloseReason awaitLeave() {
    throw new UnsupportedOperationException("the watcher is called");
  }

  @Override
  public void input(int bytes) {
    input += bytes;
    if (input > MAX_INPUT_BYTES) {
      watcher().left(CloseReason.UNEXPECTED_INPUT);
    }
  }

  @Override
  public void left() {
    watcher().left(CloseReason.CLIENT_LEFT);
  }

  @Override
  public void writable() {
    watcher().writable();
  }

  @Override
  public void closed() {
    connection.end();
    watcher().closed();
  }

  private Watcher watcher() {
    if (watcher == null) {
      throw new IllegalStateException("watch() was not called");
    }
    return watcher;
  }
}
