package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Headers and the token, as every command has them that talks to a server. */
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

  /** Whether the token is read from stdin, which then has nothing else. */
  public boolean readsStdin() {
    return "-".equals(token);
  }

  /**
   * Fetches the token for the first time, so that what is wrong with it is told before anything is
   * sent.
   *
   * @throws ParameterException if there is none
   */
  public Access open(Shell shell) {
    try {
      if (token != null) {
        TokenReference reference = TokenReference.open(token, shell);
        if (reference.isLiteral()) {
          shell
              .notices()
              .say("the token on the command line can be read by others (ps); better: @FILE");
        }
        return new Access(headers, reference);
      }
      String inherited = shell.variable(VARIABLE);
      return new Access(
          headers,
          inherited == null || inherited.isEmpty() ? null : TokenReference.open(inherited, shell));
    } catch (IOException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          (token == null ? VARIABLE : "--token") + ": " + e.getMessage());
    }
  }
}
