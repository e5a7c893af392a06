package io.heliograph.server.wire;

import io.helidon.http.http2.Http2Headers;
import io.heliograph.server.helidon.Http2Channel;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.reactor.Reactor;

/**
 * A stream on HTTP/2: what was gathered goes out as a DATA frame (RFC 9113, section 6.1), or as
 * several where a window is too small for it. The response's head goes out before the first.
 */
final class Http2Sink extends StreamSink {

  private static final byte[] NOTHING = {};

  private final Http2Channel channel;
  private final Http2Headers head;

  // Confined to the owner of the drain.
  private boolean headSent;

  Http2Sink(Http2Channel channel, Http2Headers head) {
    super(0);
    this.channel = channel;
    this.head = head;
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
    if (frames != null) {
      sendHead();
      channel.data(frames.bytes(), 0, frames.end(), false);
    }
    return true;
  }

  @Override
  public boolean end() {
    FrameBuffer frames = take();
    sendHead();
    if (frames == null) {
      channel.data(NOTHING, 0, 0, true);
    } else {
      channel.data(frames.bytes(), 0, frames.end(), true);
    }
    return true;
  }

  private void sendHead() {
    if (!headSent) {
      headSent = true;
      channel.head(head, false);
    }
  }

  @Override
  public long accepted() {
    return channel.accepted();
  }

  @Override
  public void abort() {
    channel.abort();
  }

  @Override
  public CloseReason awaitLeave() {
    try {
      channel.awaitOver();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The server is stopping.
    }
    return CloseReason.CLIENT_LEFT;
  }
}
