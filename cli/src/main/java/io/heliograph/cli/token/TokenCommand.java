package io.heliograph.cli.token;

import io.heliograph.cli.access.TokenMint;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "token",
    optionListHeading = "%n",
    header = "Create a token for development, signed with the server's shared secret.",
    description =
        "For a server with auth.jwt.secret-file. Anyone who has the secret can act as any user: in"
            + " production, let the service that authenticates your users issue tokens.",
    customSynopsis = "sse-cli token [OPTIONS] --user USER --secret-file FILE",
    footer = {
      "",
      "Examples:",
      "  sse-cli token --user alice --secret-file secret > alice.token",
      "  sse-cli token --user ops --scope 'publish operate' --secret-file secret",
      "  sse-cli subscribe alice --token @alice.token"
    })
public final class TokenCommand extends CliCommand {
  private static final List<String> SCOPES = List.of("subscribe", "publish", "operate");

  @Option(
      names = "--user",
      required = true,
      paramLabel = "USER",
      description = "The user (claim sub).")
  private String user = "";

  @Option(
      names = "--secret-file",
      required = true,
      paramLabel = "FILE",
      description = "File with the shared secret (auth.jwt.secret-file).")
  private Path secretFile = Path.of("");

  @Option(
      names = "--scope",
      paramLabel = "WORDS",
      description = "Scopes, separated by blanks: subscribe (default), publish, operate.")
  private String scope = "subscribe";

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "Lifetime, such as 30s or 8h (default: 1h).")
  private Duration ttl = Duration.ofHours(1);

  @Option(
      names = "--issuer",
      paramLabel = "ISS",
      description = "Issuer, if auth.jwt.issuer is set.")
  private @Nullable String issuer;

  @Option(
      names = "--audience",
      paramLabel = "AUD",
      description = "Audience, if auth.jwt.audience is set.")
  private @Nullable String audience;

  public TokenCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    if (user.isEmpty()) {
      throw usage("--user is empty");
    }
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0) {
      throw usage("--ttl is " + ttl.toMillis() + "ms; allowed: 1s and more");
    }
    if (!SCOPES.containsAll(Arrays.asList(scope.split(" ", -1)))) {
      throw usage("--scope is '" + scope + "'; allowed: " + String.join(", ", SCOPES));
    }
    try {
      TokenMint mint = TokenMint.of(secretFile, Clock.systemUTC());
      print(mint.token(UUID.randomUUID().toString(), user, scope, ttl, issuer, audience));
      return ExitCode.OK.code();
    } catch (IOException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }
}
