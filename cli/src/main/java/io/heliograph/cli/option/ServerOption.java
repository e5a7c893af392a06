package io.heliograph.cli.option;

import io.heliograph.client.StreamSpec;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which server to talk to. */
public final class ServerOption extends Options {
  private static final String DEFAULT = "http://127.0.0.1:8080";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The Heliograph server (default: SSE_CLI_SERVER, the context, or " + DEFAULT + ").")
  private URI server = URI.create(DEFAULT);

  public URI uri() {
    if (server.getRawQuery() != null || server.getRawFragment() != null) {
      throw usage("--server has a query or a fragment; write such as " + DEFAULT);
    }
    return server;
  }

  /** What is below it, such as {@code v1/tail}. */
  public URI below(String path) {
    String base = uri().toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + path);
  }

  /** The stream of a user as typed; a usage error if no path can hold the user. */
  public URI stream(String user) {
    try {
      // Which ids a path cannot hold the SDK knows: "..", however it is escaped, leads elsewhere.
      StreamSpec.user(user);
    } catch (IllegalArgumentException e) {
      throw usage("USER: " + e.getMessage());
    }
    String segment = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    return below("v1/users/" + segment + "/events");
  }

  /** Takes an absolute http or https URI. */
  public static final class HttpUri implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        return WebAddress.parse(text, DEFAULT);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
