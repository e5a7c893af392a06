package io.heliograph.cli.access;

import java.net.Proxy;
import java.net.URI;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** The route to the server: TLS, the proxy, the version of HTTP. */
public final class Network {
  private final @Nullable Tls tls;
  private final @Nullable Proxies proxies;
  private final List<Protocol> protocols;

  /** Offers these versions of HTTP; if there are none, those of the SDK. */
  Network(@Nullable Tls tls, @Nullable Proxies proxies, List<Protocol> protocols) {
    this.tls = tls;
    this.proxies = proxies;
    this.protocols = protocols;
  }

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
    return protocols.isEmpty() ? http : http.protocols(protocols);
  }

  /** The proxy that a request goes through; {@link Proxy#NO_PROXY} for none. */
  public Proxy proxy(URI target) {
    return proxies == null ? Proxy.NO_PROXY : proxies.select(target).getFirst();
  }

  /** The same for messages, with the variable that names it; null for none. */
  public @Nullable String proxyName(URI target) {
    return proxies == null ? null : proxies.name(target).orElse(null);
  }

  /** What to say of a failure that may be the proxy's; {@code ""} without one. */
  public String proxyHint(URI target) {
    String name = proxyName(target);
    return name == null
        ? ""
        : "Requests go through " + name + ".  See http_proxy, https_proxy, all_proxy, no_proxy.";
  }

  public boolean mayBeHttp2() {
    return !protocols.isEmpty();
  }

  public SSLSocketFactory tlsSockets() {
    return tls == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : tls.sockets();
  }

  /** Whether a certificate must be for the name of the server. */
  public boolean checksNames() {
    return tls == null || !tls.anyName();
  }
}
