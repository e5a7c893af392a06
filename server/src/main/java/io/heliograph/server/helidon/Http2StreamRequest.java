package io.heliograph.server.helidon;

import io.helidon.common.context.Context;
import io.helidon.common.socket.PeerInfo;
import io.helidon.common.uri.UriInfo;
import io.helidon.common.uri.UriQuery;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpPrologue;
import io.helidon.http.RequestedUriDiscoveryContext;
import io.helidon.http.RoutedPath;
import io.helidon.http.ServerRequestHeaders;
import io.helidon.http.WritableHeaders;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.media.ReadableEntity;
import io.helidon.http.media.ReadableEntityBase;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.HttpSecurity;
import io.helidon.webserver.http.RoutingRequest;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A request for a stream over HTTP/2, as the routes and filters ask for it. Helidon's own one,
 * which is the same but for the body that this has not, cannot be made by others.
 *
 * <p>Goes with {@link Http2Streams}.
 */
final class Http2StreamRequest implements RoutingRequest {

  private final ConnectionContext context;
  private final int id;
  private final ServerRequestHeaders headers;
  private final String authority;
  private HttpPrologue prologue;
  private @Nullable RoutedPath path;
  private @Nullable String matchingPattern;
  private @Nullable Context requestContext;

  Http2StreamRequest(
      ConnectionContext context, HttpPrologue prologue, Http2Headers headers, int id) {
    this.context = context;
    this.prologue = prologue;
    this.id = id;
    WritableHeaders<?> all = WritableHeaders.create(headers.httpHeaders());
    String named = headers.authority();
    if (named != null && !named.isEmpty()) {
      all.set(HeaderNames.HOST, named); // RFC 9113, section 8.3.1: it counts, and not Host.
    }
    this.authority = all.first(HeaderNames.HOST).orElse("");
    this.headers = ServerRequestHeaders.create(all);
  }

  @Override
  public int id() {
    return id;
  }

  @Override
  public HttpPrologue prologue() {
    return prologue;
  }

  @Override
  public RoutingRequest prologue(HttpPrologue other) {
    prologue = other;
    return this;
  }

  @Override
  public UriQuery query() {
    return prologue.query();
  }

  @Override
  public RoutedPath path() {
    if (path == null) {
      throw new IllegalStateException("not routed yet");
    }
    return path;
  }

  @Override
  public RoutingRequest path(RoutedPath routed) {
    path = routed;
    return this;
  }

  @Override
  public Optional<String> matchingPattern() {
    return Optional.ofNullable(matchingPattern);
  }

  @Override
  public RoutingRequest matchingPattern(String pattern) {
    matchingPattern = pattern;
    return this;
  }

  @Override
  public ServerRequestHeaders headers() {
    return headers;
  }

  @Override
  public void header(Header header) {
    throw new UnsupportedOperationException("a request is not changed on its way");
  }

  @Override
  public String authority() {
    return authority;
  }

  @Override
  public ReadableEntity content() {
    return ReadableEntityBase.empty();
  }

  /** Does nothing: there is no body. */
  @Override
  public void streamFilter(UnaryOperator<InputStream> filter) {}

  @Override
  public boolean continueSent() {
    return false;
  }

  @Override
  public void reset() {}

  @Override
  public PeerInfo remotePeer() {
    return context.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return context.localPeer();
  }

  @Override
  public boolean isSecure() {
    return context.isSecure();
  }

  @Override
  public String socketId() {
    return context.childSocketId();
  }

  @Override
  public String serverSocketId() {
    return context.socketId();
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return context.proxyProtocolData();
  }

  @Override
  public HttpSecurity security() {
    return context.router().routing(HttpRouting.class, HttpRouting.empty()).security();
  }

  @Override
  public Context context() {
    Context own = requestContext;
    if (own == null) {
      own = Context.builder().parent(listenerContext().context()).build();
      requestContext = own;
    }
    return own;
  }

  @Override
  public UriInfo requestedUri() {
    return listenerContext()
        .config()
        .requestedUriDiscoveryContext()
        .orElseGet(() -> RequestedUriDiscoveryContext.builder().build())
        .uriInfo(
            remotePeer().address(),
            localPeer().address(),
            prologue.uriPath().path(),
            headers,
            query(),
            isSecure());
  }
}
