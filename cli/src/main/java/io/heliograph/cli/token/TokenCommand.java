package io.heliograph.cli.token;

import io.heliograph.cli.access.TokenMint;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the command line of {@code token}; {@link TokenMint} does the work. */
@Command(
    name = "token",
    sortOptions = false,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    header = "Make a token for development, signed with the server's shared secret.",
    description = {
      "For a server with auth.jwt.secret-file. Who has the secret can be anybody: in"
          + " production, leave the making of tokens to whatever knows your users."
    },
    customSynopsis = "sse-cli token [OPTIONS] --user USER --secret-file FILE",
    footer = {
      "",
      "Examples:",
      "  sse-cli token --user alice --secret-file secret > alice.token",
      "  sse-cli token --user ops --scope 'publish operate' --secret-file secret",
      "  sse-cli subscribe alice --token @alice.token"
    })
public final class TokenCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--user", required = true, paramLabel = "USER", description = "Whose (sub).")
  private String user = "";

  @Option(
      names = "--secret-file",
      required = true,
      paramLabel = "FILE",
      description = "The shared secret, as in auth.jwt.secret-file.")
  private Path secretFile = Path.of("");

  @Option(
      names = "--scope",
      paramLabel = "WORDS",
      defaultValue = "subscribe",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Scopes, separated by blanks: subscribe (default), publish, operate.")
  private String scope = "subscribe";

  @Option(
      names = "--ttl",
      paramLabel = "D",
      defaultValue = "1h",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      converter = DurationConverter.class,
      description = "How long it is good (30s, 8h); 1h if not said.")
  private Duration ttl = Duration.ofHours(1);

  @Option(
      names = "--issuer",
      paramLabel = "ISS",
      description = "As auth.jwt.issuer, if that is set.")
  private @Nullable String issuer;

  @Option(
      names = "--audience",
      paramLabel = "AUD",
      description = "As auth.jwt.audience, if that is set.")
  private @Nullable String audience;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public TokenCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() {
    if (user.isEmpty()) {
      throw usage("--user is empty");
    }
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0) {
      throw usage("--ttl is " + ttl.toMillis() + "ms; a token counts in seconds");
    }
    TokenMint mint;
    try {
      mint = TokenMint.of(secretFile, Clock.systemUTC());
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
    try {
      shell
          .out()
          .line(mint.token(UUID.randomUUID().toString(), user, scope, ttl, issuer, audience));
    } catch (IOException e) {
      // Nobody reads it, so nobody needs it.
    }
    return ExitCode.OK.code();
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
