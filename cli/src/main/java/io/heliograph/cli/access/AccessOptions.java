package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Headers and the token, as every command has them that talks to a server. */
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
    if (token == null) {
      return new Access(headers, null);
    }
    CommandLine command = Objects.requireNonNull(spec).commandLine();
    Optional<Setting> configured =
        command.getCommandSpec().defaultValueProvider() instanceof Defaults defaults
            ? defaults.configured(command.getCommandSpec().findOption("--token"))
            : Optional.empty();
    try {
      TokenReference reference = TokenReference.open(token, shell);
      if (reference.isLiteral() && configured.isEmpty()) {
        shell
            .notices()
            .say("the token on the command line can be read by others (ps); better: @FILE");
      }
      return new Access(headers, reference);
    } catch (IOException e) {
      String from = configured.map(setting -> setting.origin().where()).orElse("--token");
      throw new ParameterException(command, from + ": " + e.getMessage(), e);
    }
  }
}
