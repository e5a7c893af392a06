package io.heliograph.server.wire;

import io.helidon.common.GenericType;
import io.helidon.common.media.type.MediaType;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http.spi.Sink;
import io.helidon.webserver.http.spi.SinkProvider;
import io.helidon.webserver.http.spi.SinkProviderContext;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.helidon.HandOver;
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
    ConnectionContext connection = context.connectionContext();
    SocketChannel channel = RequestDeadlines.becomesStream(connection);
    int input =
        connection.dataReader() instanceof Http1Requests requests ? requests.passThrough() : 0;
    StreamSink sink =
        HandOver.of(connection, channel)
            .<StreamSink>map(
                free ->
                    new ReactorSink(free, Chunk.head(context.serverResponse()).readBytes(), input))
            .orElseGet(() -> new Http1Sink(connection, channel, context.serverResponse()));
    return (X) sink;
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
