package io.heliograph.cli.load.plan;

import java.net.URI;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;

/**
 * How requests reach the server.
 *
 * @param client gives TLS, proxy and version of HTTP to a client
 * @param isPlain whether HTTP/1.1 on a socket of our own reaches a server: no proxy, no HTTP/2
 */
public record Way(UnaryOperator<OkHttpClient.Builder> client, Predicate<URI> isPlain) {
  /** Straight to the server, with the certificates that Java trusts. */
  public static final Way DIRECT = new Way(UnaryOperator.identity(), target -> true);
}
