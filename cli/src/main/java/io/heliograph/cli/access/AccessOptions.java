package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.Headers;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Headers, the token and the way to the server, as every command has them that talks to a server.
 */
public final class AccessOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--token",
      paramLabel = "REF",
      description =
          "The bearer token: @FILE, env:NAME, cmd:COMMAND (run again when the server refuses the"
              + " token), '-' for stdin. Without it: SSE_CLI_TOKEN, or that of the context.")
  private @Nullable String token;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'K: V'",
      // Configured ones come as one text, and no header holds a line feed.
      split = "\n",
      hideParamSyntax = true,
      converter = Headers.Converter.class,
      description = "Send this header with each request; @FILE: those in its lines. Repeatable.")
  private List<Headers> headers = List.of();

  // Not null: in a group that is, picocli sets no defaults, and so no configured values.
  @ArgGroup(exclusive = false, heading = "%nConnection:%n")
  private final NetworkOptions network = new NetworkOptions();

  /** Whether the token is read from stdin, which then has nothing else. */
  public boolean readsStdin() {
    return "-".equals(token);
  }

  /**
   * Fetches the token for the first time and reads the files, so that what is wrong with them is
   * told before anything is sent.
   *
   * @param target where the requests go
   * @throws ParameterException if there is no token, or a file is none
   */
  public Access open(Shell shell, URI target) {
    Network way = network(shell, target);
    if (token == null) {
      return new Access(Headers.of(headers), null, way);
    }
    Optional<Setting> configured = configured("--token");
    try {
      TokenReference reference = TokenReference.open(token, shell);
      if (reference.isLiteral() && configured.isEmpty()) {
        shell
            .notices()
            .say("the token on the command line can be read by others (ps); better: @FILE");
      }
      return new Access(Headers.of(headers), reference, way);
    } catch (IOException e) {
      throw usage(
          configured.map(setting -> setting.origin().where()).orElse("--token")
              + ": "
              + e.getMessage());
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

  /**
   * The way to the server.
   *
   * @throws ParameterException if a file that the options name cannot be read
   */
  public Network network(Shell shell, URI target) {
    try {
      String proxyFrom = configured("--proxy").map(s -> s.origin().where()).orElse("--proxy");
      return network.open(shell, target, proxyFrom);
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private Optional<Setting> configured(String option) {
    CommandSpec command = Objects.requireNonNull(spec);
    return command.defaultValueProvider() instanceof Defaults defaults
        ? defaults.configured(command.findOption(option))
        : Optional.empty();
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
