package io.heliograph.cli.option;

import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which server to talk to. */
public final class ServerOption {
  private static final String DEFAULT = "http://127.0.0.1:8080";

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "${env:SSE_CLI_SERVER:-" + DEFAULT + "}",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      converter = HttpUri.class,
      description = "The Heliograph server. Without it: SSE_CLI_SERVER, or " + DEFAULT + ".")
  private URI server = URI.create(DEFAULT);

  public URI uri() {
    return server;
  }

  /** What is below it, such as {@code v1/tail}. */
  public URI below(String path) {
    String base = server.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + path);
  }

  /** What a person must add to a command line to reach the same server; empty for the default. */
  public String asTyped() {
    String fromEnvironment = System.getenv("SSE_CLI_SERVER");
    String usual = fromEnvironment == null ? DEFAULT : fromEnvironment;
    return server.toString().equals(usual) ? "" : " --server " + server;
  }

  /** Takes an absolute http or https URI. */
  public static final class HttpUri implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        URI uri = new URI(text);
        boolean http =
            "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (http && uri.getHost() != null) {
          return uri;
        }
      } catch (URISyntaxException e) {
        // Said below, in words that show how to write one.
      }
      throw new TypeConversionException(
          "'" + text + "' is not an http or https URL such as " + DEFAULT);
    }
  }
}
