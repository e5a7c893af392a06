package io.heliograph.server.wire;

import io.helidon.common.GenericType;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.helidon.Http2StreamResponse;
import io.heliograph.server.hub.Control;
import io.heliograph.server.hub.EventSink;
import org.jspecify.annotations.Nullable;

/** Gathers the frames of a stream; how they go out is the protocol's affair. */
public abstract class StreamSink implements EventSink, Sink<StoredEvent> {

  // What Http1SinkProvider is asked for.
  static final GenericType<StreamSink> TYPE = GenericType.create(StreamSink.class);

  /**
   * A reader has nothing to say; what a proxy or an odd client sends all the same is forgiven once.
   */
  static final int MAX_INPUT_BYTES = 8 * 1024;

  // What the protocol puts before what was gathered.
  private final int headRoom;

  // Confined to the owner of the drain. Null while there is nothing to write: an idle stream holds
  // no buffer.
  private @Nullable FrameBuffer gathered;

  StreamSink(int headRoom) {
    this.headRoom = headRoom;
  }

  /** Makes the response a stream, in whichever version of HTTP it is sent. */
  public static StreamSink of(ServerResponse response) {
    return response instanceof Http2StreamResponse http2
        ? new Http2Sink(http2.becomesStream(), http2.head())
        : response.sink(TYPE);
  }

  @Override
  public final void event(StoredEvent event, Cursor after, boolean trace) {
    SseFrames.event(buffer(), event, after, trace);
  }

  @Override
  public final void control(Control control, String id) {
    SseFrames.control(buffer(), control, id);
  }

  @Override
  public final void comment() {
    SseFrames.comment(buffer());
  }

  @Override
  public final int pending() {
    return gathered == null ? 0 : gathered.size();
  }

  /** Does nothing: {@link EventSink#abort} and {@link EventSink#end} say how a stream ends. */
  @Override
  public final void close() {}

  @Override
  public final StreamSink emit(StoredEvent event) {
    throw new UnsupportedOperationException("an event needs the cursor after it");
  }

  /** Takes what was gathered; null if nothing was. */
  final @Nullable FrameBuffer take() {
    FrameBuffer frames = gathered;
    gathered = null;
    return frames;
  }

  private FrameBuffer buffer() {
    FrameBuffer frames = gathered;
    if (frames == null) {
      frames = new FrameBuffer(headRoom);
      gathered = frames;
    }
    return frames;
  }
}
