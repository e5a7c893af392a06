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
      URI uri;
      try {
        uri = new URI(text.contains("://") ? text : "http://" + text);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(WANTED, e);
      }
      String host = uri.getHost();
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      boolean socks = scheme.equals("socks5") || scheme.equals("socks5h");
      String login = uri.getUserInfo();
      if (host == null || !(socks || scheme.equals("http")) || (socks && login != null)) {
        throw new IllegalArgumentException(WANTED);
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
      int colon = login.indexOf(':');
      return colon < 0
          ? Credentials.basic(login, "")
          : Credentials.basic(login.substring(0, colon), login.substring(colon + 1));
    }
  }

  private static final String WANTED =
      "required: http://[user:password@]host:port or socks5://host:port";

  private final Function<URI, Optional<Via>> choice;
  private final List<Via> all;

  private Proxies(Function<URI, Optional<Via>> choice, Stream<Via> all) {
    this.choice = choice;
    this.all = all.toList();
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
    if (http.isEmpty() && https.isEmpty()) {
      return Optional.empty();
    }
    String direct = set(variables, "no_proxy", "NO_PROXY").map(variables).orElse("");
    return Optional.of(
        new Proxies(
            uri ->
                isDirect(uri, direct)
                    ? Optional.empty()
                    : "https".equalsIgnoreCase(uri.getScheme()) ? https : http,
            Stream.of(http, https).flatMap(Optional::stream)));
  }

  private static Optional<Via> via(Function<String, @Nullable String> variables, String... names) {
    return set(variables, names)
        .map(
            name -> {
              try {
                return Via.of(String.valueOf(variables.apply(name)), name);
              } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
              }
            });
  }

  /** The first of these variables that says anything. */
  private static Optional<String> set(
      Function<String, @Nullable String> variables, String... names) {
    return Stream.of(names)
        .filter(name -> !Objects.requireNonNullElse(variables.apply(name), "").isBlank())
        .findFirst();
  }

  /** Whether the list names the host, a domain it is in, or everything. */
  private static boolean isDirect(URI uri, String list) {
    String host = WebAddress.host(uri).toLowerCase(Locale.ROOT);
    if (host.equals("localhost") || host.equals("::1") || host.startsWith("127.")) {
      return true;
    }
    return Stream.of(list.toLowerCase(Locale.ROOT).split("[,\\s]+"))
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
      if (route == null || response.request().header("Proxy-Authorization") != null) {
        return null; // The proxy rejected the credentials.
      }
      for (Via via : all) {
        if (via.credentials() != null && via.proxy().equals(route.proxy())) {
          return response
              .request()
              .newBuilder()
              .header("Proxy-Authorization", via.credentials())
              .build();
        }
      }
      return null;
    };
  }

  /** The one that requests to a server go through, for messages: without its password. */
  Optional<String> name(URI target) {
    return choice
        .apply(target)
        .map(
            via -> {
              var address = (InetSocketAddress) via.proxy().address();
              return "the proxy %s://%s:%d (%s)"
                  .formatted(
                      via.proxy().type() == Proxy.Type.SOCKS ? "socks5" : "http",
                      address.getHostString(),
                      address.getPort(),
                      via.from());
            });
  }

  @Override
  public List<Proxy> select(URI uri) {
    return List.of(choice.apply(uri).map(Via::proxy).orElse(Proxy.NO_PROXY));
  }

  @Override
  public void connectFailed(URI uri, SocketAddress address, IOException failure) {
    // There is no other proxy to try; the failure itself is reported.
  }
}
