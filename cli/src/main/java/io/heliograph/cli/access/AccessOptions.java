package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.Headers;
import io.heliograph.cli.option.Options;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The token, headers, TLS and HTTP version, for every command that talks to a server. */
public final class AccessOptions extends Options {
  @Option(
      names = "--token",
      paramLabel = "REF",
      description =
          "Bearer token: @FILE, env:NAME, cmd:COMMAND, or - for stdin"
              + " (default: SSE_CLI_TOKEN or the context).")
  private @Nullable String token;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      // Configured ones come as one text, and no header holds a line feed.
      split = "\n",
      hideParamSyntax = true,
      converter = Headers.Converter.class,
      description = "Send this header; @FILE reads one header per line. Repeatable.")
  private List<Headers> headers = List.of();

  @Option(
      names = "--cacert",
      paramLabel = "FILE",
      description = "Trust only the authorities in this PEM file.")
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "FILE[,KEY]",
      hideParamSyntax = true,
      description = "Client certificate and key (PEM), in one file or two.")
  private @Nullable String certificate;

  @Option(
      names = "--insecure",
      description = "Accept any certificate. Anyone on the network path can read the token.")
  private boolean insecure;

  @Option(
      names = "--http2",
      description = "Use HTTP/2: negotiated over https, assumed over http (default: HTTP/1.1).")
  private boolean http2;

  /** Whether the token is read from stdin, which nothing else can read then. */
  public boolean readsStdin() {
    return "-".equals(token);
  }

  /** Reads the token and the files, so that mistakes are reported before anything is sent. */
  public Access open(Shell shell, URI target) {
    Network way = network(shell, target);
    if (token == null) {
      return new Access(Headers.of(headers), null, way);
    }
    Optional<Setting> configured = configured("--token");
    try {
      TokenReference reference = TokenReference.open(token, shell);
      if (reference.isLiteral() && configured.isEmpty()) {
        String risk = "other users of this machine can see a token on the command line; use @FILE";
        shell.notices().say(risk);
      }
      return new Access(Headers.of(headers), reference, way);
    } catch (IOException e) {
      throw usage(configured.map(Setting::where).orElse("--token") + ": " + e.getMessage());
    }
  }

  /** The token's reference as given; null for none. Where each user has a token of its own. */
  public @Nullable String reference() {
    return token;
  }

  /** What {@code -H} says, in order. */
  public List<Header> headers() {
    return Headers.of(headers);
  }

  /** The way to the server; a usage error if a file that the options name cannot be read. */
  public Network network(Shell shell, URI target) {
    try {
      if (insecure && authorities != null) {
        throw new IOException("--insecure cannot be combined with --cacert");
      } else if (insecure) {
        String risk =
            "INSECURE    anyone on the path to %s can read and change everything (--insecure)"
                .formatted(WebAddress.host(target));
        shell.notices().say(shell.paintErr().red(risk));
      }
      return new Network(
          tls(), Proxies.ofEnvironment(shell::variable).orElse(null), protocols(target));
    } catch (IOException | IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable Tls tls() throws IOException {
    if (authorities == null && certificate == null && !insecure) {
      return null;
    }
    String[] files = certificate == null ? new String[0] : certificate.split(",", 2);
    return Tls.read(
        authorities,
        files.length == 0 ? null : Path.of(files[0]),
        files.length < 2 ? null : Path.of(files[1]),
        insecure);
  }

  private List<Protocol> protocols(URI target) {
    if (!http2) {
      return List.of();
    }
    // Over http no handshake settles the version.
    return "https".equalsIgnoreCase(target.getScheme())
        ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
        : List.of(Protocol.H2_PRIOR_KNOWLEDGE);
  }

  private Optional<Setting> configured(String option) {
    return command().defaultValueProvider() instanceof Defaults defaults
        ? defaults.configured(command().findOption(option))
        : Optional.empty();
  }
}
