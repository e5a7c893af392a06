package io.heliograph.server.wire;

import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.helidon.Http1Requests;
import io.heliograph.server.helidon.RequestDeadlines;
import java.nio.channels.SocketChannel;
import java.util.function.BiConsumer;

/**
 * Makes the sink where {@link StreamSink#of} asks a response of Helidon's for it. Helidon finds
 * this by the service loader, and gives the connection below a response to nobody else.
 */
public final class Http1SinkProvider implements SinkProvider<StoredEvent> {

  @Override
  public boolean supports(GenericType<? extends Sink<?>> type, ServerRequest request) {
    // On HTTP/2 the connection's writer is not one stream's: StreamSink.of makes the sink itself.
    return type.equals(StreamSink.TYPE) && request.prologue().protocolVersion().equals("1.1");
  }

  @Override
  // The signature is Helidon's; supports() answers for the one type only.
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  public <X extends Sink<StoredEvent>> X create(SinkProviderContext context) {
    SocketChannel channel = RequestDeadlines.becomesStream(context.connectionContext());
    if (context.connectionContext().dataReader() instanceof Http1Requests requests) {
      requests.passThrough();
    }
    return (X) new Http1Sink(context.connectionContext(), channel, context.serverResponse());
  }

  @Override
  @Deprecated
  // Abstract in Helidon 4.5 though deprecated; never called there.
  @SuppressWarnings({"removal", "TypeParameterUnusedInFormals"})
  public <X extends Sink<StoredEvent>> X create(
      ServerResponse response, BiConsumer<Object, MediaType> consumer, Runnable close) {
    throw new UnsupportedOperationException("create(SinkProviderContext) is what Helidon calls");
  }
}
