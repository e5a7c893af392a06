package io.heliograph.cli.option;

import io.heliograph.cli.shell.Printable;
import io.heliograph.client.StreamSpec;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Which server to talk to. */
public final class ServerOption {
  private static final String DEFAULT = "http://127.0.0.1:8080";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--server",
      paramLabel = "URL",
      converter = HttpUri.class,
      description =
          "The Heliograph server. Without it: SSE_CLI_SERVER, that of the context, or"
              + " "
              + DEFAULT
              + ".")
  private URI server = URI.create(DEFAULT);

  public URI uri() {
    return server;
  }

  /** What is below it, such as {@code v1/tail}. */
  public URI below(String path) {
    String base = server.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + path);
  }

  /**
   * The stream of a user.
   *
   * @param user as typed; it is percent-encoded here
   * @throws ParameterException if no path can hold it
   */
  public URI stream(String user) {
    try {
      // Which ids a path cannot hold the SDK knows: "..", however it is escaped, leads elsewhere.
      StreamSpec.user(user);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "USER: " + e.getMessage());
    }
    String segment = URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    return below("v1/users/" + segment + "/events");
  }

  /** What a person must add to a command line to reach the same server: what was typed. */
  public String asTyped() {
    String context = "";
    String typed = "";
    for (CommandLine c = Objects.requireNonNull(spec).commandLine(); c != null; c = c.getParent()) {
      if (context.isEmpty() && c.getParseResult().hasMatchedOption("--context")) {
        context =
            " --context " + c.getParseResult().matchedOption("--context").stringValues().getFirst();
      }
      if (c.getParseResult().hasMatchedOption("--server")) {
        typed = " --server " + server;
      }
    }
    return context + typed;
  }

  /** Takes an absolute http or https URI. */
  public static final class HttpUri implements ITypeConverter<URI> {
    @Override
    public URI convert(String text) {
      try {
        URI uri = new URI(text);
        boolean http =
            "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
        if (http && uri.getRawUserInfo() != null) {
          throw new TypeConversionException(
              "a URL here holds no user and password; send them by"
                  + " -H 'Authorization: Basic ...'");
        } else if (http && uri.getHost() != null) {
          return uri;
        }
      } catch (URISyntaxException e) {
        // Said below, in words that show how to write one.
      }
      throw new TypeConversionException(
          "'" + Printable.withoutLogin(text) + "' is not an http or https URL such as " + DEFAULT);
    }
  }
}
