package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
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
  private static final String VARIABLE = "SSE_CLI_TOKEN";

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = "--token",
      paramLabel = "REF",
      description =
          "The bearer token: @FILE, env:NAME, cmd:COMMAND (run again when the server refuses the"
              + " token), '-' for stdin. Without it: SSE_CLI_TOKEN, if set.")
  private @Nullable String token;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'K: V'",
      converter = Header.Converter.class,
      description = "Send this header with each request. Repeatable.")
  private List<Header> headers = List.of();

  @ArgGroup(exclusive = false, heading = "%nConnection:%n")
  private @Nullable NetworkOptions network;

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
    try {
      if (token != null) {
        TokenReference reference = TokenReference.open(token, shell);
        if (reference.isLiteral()) {
          shell
              .notices()
              .say("the token on the command line can be read by others (ps); better: @FILE");
        }
        return new Access(headers, reference, way);
      }
      String inherited = shell.variable(VARIABLE);
      return new Access(
          headers,
          inherited == null || inherited.isEmpty() ? null : TokenReference.open(inherited, shell),
          way);
    } catch (IOException e) {
      throw usage((token == null ? VARIABLE : "--token") + ": " + e.getMessage());
    }
  }

  private Network network(Shell shell, URI target) {
    try {
      return (network == null ? new NetworkOptions() : network).open(shell, target);
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
