package io.heliograph.cli.access;

import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The way to the server: TLS, proxy, version of HTTP. */
final class NetworkOptions {
  private static final Duration LONGEST = Duration.ofMinutes(1);

  @Option(
      names = "--cacert",
      paramLabel = "F",
      description = "Trust the authorities in this PEM file, and no others.")
  private @Nullable Path authorities;

  @Option(
      names = "--cert",
      paramLabel = "F",
      description = "Show the server this certificate (PEM).")
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "F",
      description = "Its key (PEM, PKCS#8), if that is not in the same file.")
  private @Nullable Path key;

  @Option(
      names = "--insecure",
      description = "Trust any certificate. Whoever is on the way can read the token.")
  private boolean insecure;

  @Option(
      names = "--proxy",
      paramLabel = "URL",
      converter = ViaConverter.class,
      description =
          "Go through http://[user:password@]host:port or socks5://host:port. Without it:"
              + " http_proxy, https_proxy, all_proxy, no_proxy.")
  private Proxies.@Nullable Via proxy;

  @Option(
      names = "--connect-timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "How long the way to an address, TLS with it, may take. Default: 10s.")
  private @Nullable Duration connectTimeout;

  @ArgGroup private @Nullable Version version;

  static final class Version {
    @Option(names = "--http1", description = "HTTP/1.1 only.")
    boolean one;

    @Option(
        names = "--http2",
        description = "HTTP/2: over https where the server offers it, over http without asking.")
    boolean two;
  }

  /** For picocli, which repeats the value in its message if the exception is another. */
  static final class ViaConverter implements ITypeConverter<Proxies.Via> {
    @Override
    public Proxies.Via convert(String text) {
      try {
        return Proxies.Via.of(text, "--proxy");
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  /**
   * Reads the files that are named.
   *
   * @param proxyFrom where {@code --proxy} was named
   * @throws IOException if that fails, in words for whoever named them
   */
  Network open(Shell shell, URI target, String proxyFrom) throws IOException {
    if (key != null && certificate == null) {
      throw new IOException("--key goes with --cert");
    } else if (insecure && authorities != null) {
      throw new IOException("either --insecure or --cacert");
    } else if (connectTimeout != null
        && (connectTimeout.toMillis() < 1 || connectTimeout.compareTo(LONGEST) > 0)) {
      throw new IOException(
          "--connect-timeout is " + connectTimeout.toMillis() + "ms; allowed: 1ms to 1m");
    }
    boolean own = authorities != null || certificate != null || insecure;
    Tls tls = own ? Tls.read(authorities, certificate, key, insecure) : null;
    if (insecure) {
      shell
          .notices()
          .say(
              shell
                  .paintErr()
                  .red(
                      "INSECURE    --insecure: whoever is on the way to "
                          + WebAddress.host(target)
                          + " can read and change everything"));
    }
    return new Network(tls, proxies(shell, proxyFrom), protocol(target), connectTimeout);
  }

  private @Nullable Proxies proxies(Shell shell, String proxyFrom) throws IOException {
    if (proxy != null) {
      return Proxies.always(proxy.from(proxyFrom));
    }
    try {
      return Proxies.ofEnvironment(shell::variable).orElse(null);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private Network.Version protocol(URI target) {
    if (version == null) {
      return Network.Version.USUAL;
    } else if (version.one) {
      return Network.Version.HTTP_1_1;
    }
    return "https".equalsIgnoreCase(target.getScheme())
        ? Network.Version.HTTP_2_OR_LESS
        : Network.Version.HTTP_2_AT_ONCE;
  }
}
