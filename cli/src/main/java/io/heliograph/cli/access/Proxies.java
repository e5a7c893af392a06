package io.heliograph.cli.access;

import io.heliograph.cli.option.WebAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import org.jspecify.annotations.Nullable;

/** Which proxy a request goes through: that of the environment, as other programs read it. */
final class Proxies extends ProxySelector {
  private static final int USUAL_PORT = 1080; // curl's.
  private static final String HEADER = "Proxy-Authorization";

  /**
   * One proxy.
   *
   * @param credentials for its {@code Proxy-Authorization}; null for none
   * @param from the variable that names it
   */
  record Via(Proxy proxy, @Nullable String credentials, String from) {
    /**
     * Reads {@code http://[user:password@]host[:port]} or {@code socks5://host[:port]}; without a
     * scheme it is http.
     *
     * @throws IllegalArgumentException if it is neither; the text may hold a password and is not
     *     repeated
     */
    static Via of(String text, String from) {
      String wanted = from + ": required: http://[user:password@]host:port or socks5://host:port";
      URI uri;
      try {
        uri = new URI(text.contains("://") ? text : "http://" + text);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(wanted, e);
      }
      String host = uri.getPort() > 65_535 ? null : uri.getHost();
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      boolean socks = scheme.equals("socks5") || scheme.equals("socks5h");
      String login = uri.getUserInfo();
      if (host == null || !(socks || scheme.equals("http")) || (socks && login != null)) {
        throw new IllegalArgumentException(wanted);
      }
      int port = uri.getPort() == -1 ? USUAL_PORT : uri.getPort();
      return new Via(
          new Proxy(
              socks ? Proxy.Type.SOCKS : Proxy.Type.HTTP,
              InetSocketAddress.createUnresolved(host.replaceAll("[\\[\\]]", ""), port)),
          login == null ? null : credentials(login),
          from);
    }

    private static String credentials(String login) {
      String[] words = login.split(":", 2);
      return Credentials.basic(words[0], words.length == 1 ? "" : words[1]);
    }

    String name() {
      var address = (InetSocketAddress) proxy.address();
      String scheme = proxy.type() == Proxy.Type.SOCKS ? "socks5" : "http";
      return "the proxy %s://%s:%d (%s)"
          .formatted(scheme, address.getHostString(), address.getPort(), from);
    }
  }

  private final Optional<Via> http;
  private final Optional<Via> https;
  private final String direct;

  private Proxies(Optional<Via> http, Optional<Via> https, String direct) {
    this.http = http;
    this.https = https;
    this.direct = direct;
  }

  /**
   * What {@code http_proxy}, {@code https_proxy}, {@code all_proxy} and {@code no_proxy} say; empty
   * if they say nothing. As with curl, {@code http_proxy} counts in lower case only, for a web
   * server sets {@code HTTP_PROXY} from a header. As with Go, this machine is asked directly.
   *
   * @throws IllegalArgumentException if one names no proxy
   */
  static Optional<Proxies> ofEnvironment(Function<String, @Nullable String> variables) {
    Optional<Via> forAll = via(variables, "all_proxy", "ALL_PROXY");
    Optional<Via> http = via(variables, "http_proxy").or(() -> forAll);
    Optional<Via> https = via(variables, "https_proxy", "HTTPS_PROXY").or(() -> forAll);
    String direct = set(variables, "no_proxy", "NO_PROXY").map(variables).orElse("");
    return http.or(() -> https).map(any -> new Proxies(http, https, direct));
  }

  private static Optional<Via> via(Function<String, @Nullable String> variables, String... names) {
    return set(variables, names).map(name -> Via.of(String.valueOf(variables.apply(name)), name));
  }

  /** The first of these variables that says anything. */
  private static Optional<String> set(
      Function<String, @Nullable String> variables, String... names) {
    return Stream.of(names)
        .filter(name -> !Objects.requireNonNullElse(variables.apply(name), "").isBlank())
        .findFirst();
  }

  /** The proxy for a URI; none if it is asked directly. */
  private Optional<Via> via(URI uri) {
    boolean secure = "https".equalsIgnoreCase(uri.getScheme());
    return isDirect(uri) ? Optional.empty() : secure ? https : http;
  }

  /** Whether {@code no_proxy} names the host, a domain it is in, or everything. */
  private boolean isDirect(URI uri) {
    String host = WebAddress.host(uri).toLowerCase(Locale.ROOT);
    if (host.equals("localhost") || host.equals("::1") || host.startsWith("127.")) {
      return true;
    }
    return Stream.of(direct.toLowerCase(Locale.ROOT).split("[,\\s]+"))
        .map(entry -> entry.replaceFirst("^\\*?\\.", ""))
        .filter(entry -> !entry.isEmpty())
        .anyMatch(
            entry ->
                entry.equals("*")
                    || host.equals(entry)
                    || host.endsWith("." + entry)
                    || entry.equals(host + ":" + WebAddress.port(uri)));
  }

  /** Answers a proxy that requires credentials. */
  Authenticator authenticator() {
    return (route, response) -> {
      if (route == null || response.request().header(HEADER) != null) {
        return null; // The proxy rejected the credentials.
      }
      return Stream.of(http, https)
          .flatMap(Optional::stream)
          .filter(via -> via.proxy().equals(route.proxy()))
          .flatMap(via -> Stream.ofNullable(via.credentials()))
          .findFirst()
          .map(basic -> response.request().newBuilder().header(HEADER, basic).build())
          .orElse(null);
    };
  }

  /** The one that requests to a server go through, for messages: without its password. */
  Optional<String> name(URI target) {
    return via(target).map(Via::name);
  }

  @Override
  public List<Proxy> select(URI uri) {
    return List.of(via(uri).map(Via::proxy).orElse(Proxy.NO_PROXY));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // There is no other proxy to try; the failure itself is reported.
  }
}
