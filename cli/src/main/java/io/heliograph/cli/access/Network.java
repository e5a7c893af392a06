package io.heliograph.cli.access;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.net.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** The way to the server, where it is not the usual one. */
public final class Network {
  /** Which version of HTTP to speak. */
  enum Version {
    /** What the SDK takes by itself. */
    USUAL,
    HTTP_1_1,
    /** For https, where the handshake settles it. */
    HTTP_2_OR_LESS,
    /** For http, where nothing asks. */
    HTTP_2_AT_ONCE
  }

  private final @Nullable Tls tls;
  private final @Nullable Proxies proxies;
  private final Version version;
  private final @Nullable Duration connectTimeout;

  Network(
      @Nullable Tls tls,
      @Nullable Proxies proxies,
      Version version,
      @Nullable Duration connectTimeout) {
    this.tls = tls;
    this.proxies = proxies;
    this.version = version;
    this.connectTimeout = connectTimeout;
  }

  /** How long it may take to connect to an address; null for what is usual. */
  public @Nullable Duration connectTimeout() {
    return connectTimeout;
  }

  /** Gives it to an HTTP client. */
  public OkHttpClient.Builder to(OkHttpClient.Builder http) {
    if (tls != null) {
      http.sslSocketFactory(tls.sockets(), tls.trust());
      if (tls.anyName()) {
        http.hostnameVerifier((host, session) -> true);
      }
    }
    if (proxies != null) {
      http.proxySelector(proxies).proxyAuthenticator(proxies.authenticator());
    }
    if (connectTimeout != null) {
      int millis = (int) connectTimeout.toMillis();
      // By each call, because the SDK sets the client's after this.
      http.addInterceptor(
          chain -> chain.withConnectTimeout(millis, MILLISECONDS).proceed(chain.request()));
    }
    return switch (version) {
      case USUAL -> http;
      case HTTP_1_1 -> http.protocols(List.of(Protocol.HTTP_1_1));
      case HTTP_2_OR_LESS -> http.protocols(List.of(Protocol.HTTP_2, Protocol.HTTP_1_1));
      case HTTP_2_AT_ONCE -> http.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
    };
  }

  /** The proxy that a request goes through; {@link Proxy#NO_PROXY} for none. */
  public Proxy proxy(URI target) {
    return proxies == null ? Proxy.NO_PROXY : proxies.select(target).getFirst();
  }

  /** The same for messages; null for none. */
  public @Nullable Detour detour(URI target) {
    return proxies == null ? null : proxies.detour(target).orElse(null);
  }

  /** Whether HTTP/2 was asked for. */
  public boolean mayBeHttp2() {
    return version == Version.HTTP_2_OR_LESS || version == Version.HTTP_2_AT_ONCE;
  }

  /** Makes the sockets of TLS. */
  public SSLSocketFactory tlsSockets() {
    return tls == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : tls.sockets();
  }

  /** Whether a certificate must be for the name of the server. */
  public boolean checksNames() {
    return tls == null || !tls.anyName();
  }
}
