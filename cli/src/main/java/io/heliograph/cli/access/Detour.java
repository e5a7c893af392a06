package io.heliograph.cli.access;

import io.heliograph.cli.option.WebAddress;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The proxy that requests to a server go through, so that it is not the server that is blamed where
 * it fails.
 *
 * @param name of the proxy, without a password
 * @param from who named it, such as {@code https_proxy}
 * @param target the server
 */
public record Detour(String name, String from, URI target) {
  private static final String SETTINGS = "See http_proxy, https_proxy, all_proxy, no_proxy.";

  static Detour of(Proxies.Via via, URI target) {
    var address = (InetSocketAddress) via.proxy().address();
    String scheme = via.proxy().type() == java.net.Proxy.Type.SOCKS ? "socks5://" : "http://";
    return new Detour(
        scheme + address.getHostString() + ":" + address.getPort(), via.from(), target);
  }

  /** For people. */
  @Override
  public String toString() {
    return "the proxy " + name + " (" + from + ")";
  }

  /**
   * What the proxy has to do with a failure before anything was sent to the server; empty if
   * nothing, or if nobody can tell.
   */
  public Optional<String> blame(@Nullable Throwable failure) {
    String message = failure == null ? "" : String.valueOf(failure.getMessage());
    if (failure instanceof SSLException) {
      return Optional.empty(); // The handshake is with the server, so the proxy let it through.
    } else if (isOfProxy(message)) {
      return Optional.of(
          this + " does not connect to " + WebAddress.host(target) + ": " + said(message));
    } else if (failure instanceof UnknownHostException) {
      return Optional.of(this + " cannot be reached: unknown host");
    } else if (failure instanceof ConnectException
        || isOfSocks(failure, message)
        || failure instanceof NoRouteToHostException
        || (failure instanceof SocketTimeoutException && message.startsWith("failed to connect"))) {
      return Optional.of(this + " cannot be reached: " + message);
    }
    return Optional.empty();
  }

  /** The JDK's client of SOCKS makes one exception of all that keeps it from the proxy. */
  private boolean isOfSocks(@Nullable Throwable failure, String message) {
    return name.startsWith("socks")
        && failure instanceof SocketException
        && !message.contains("reset")
        && !message.contains("closed");
  }

  /** Words of the JDK and of OkHttp for what a proxy answers; they have no types for it. */
  private static boolean isOfProxy(String message) {
    return message.contains("response code for CONNECT")
        || message.contains("authenticate with proxy")
        || message.contains("SOCKS");
  }

  private static String said(String message) {
    return message.contains("authenticate with proxy")
        ? "it rejects the credentials (407)"
        : message.replaceFirst("Unexpected response code for CONNECT: ", "it answers ");
  }

  /** What to do about it. */
  public String hint() {
    return "Check that the proxy is running and is the right one.  " + SETTINGS;
  }

  /** What to say of a failure that may be the proxy's or the server's. */
  public String doubt() {
    return "The request went through " + this + ".  " + SETTINGS;
  }

  /** What to say where the proxy does not know who asks (407). */
  public String wantsCredentials() {
    return this + " rejects the credentials:  " + from + "=http://user:password@host:port";
  }
}
