package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographApi.Revocation;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "revoke",
    header = "Revoke a user's tokens, or one token, and close the streams opened with them.",
    description =
        "Tokens that are issued to the user later are valid. The server keeps a revocation for 7"
            + " days; with log.type=memory, a restart of the server deletes it.",
    customSynopsis = {
      "sse-cli revoke [OPTIONS] USER",
      "       sse-cli revoke [OPTIONS] --token-id JTI"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli revoke alice",
      "  sse-cli revoke --token-id 9b1deb4d-3b7d"
    })
public final class RevokeCommand extends OperatorCommand {
  @Parameters(
      paramLabel = "USER",
      arity = "0..1",
      description = "Revoke every token that has been issued to this user so far.")
  private @Nullable String user;

  @Option(
      names = "--token-id",
      paramLabel = "JTI",
      description = "Revoke the one token whose claim 'jti' has this value.")
  private @Nullable String tokenId;

  public RevokeCommand(Shell shell) {
    super(shell);
  }

  @Override
  ExitCode run(HeliographApi api, Access entry) {
    if ((user == null) == (tokenId == null)) {
      throw usage(
          user == null ? "Whose tokens? Name a USER or --token-id" : "Either USER or --token-id");
    }
    if (user != null) {
      server.stream(user); // Checks that a path can hold it.
    }
    Revocation revoked =
        user == null ? api.revokeToken(String.valueOf(tokenId)) : api.revokeUser(user);
    print(
        json()
            ? JsonLine.start()
                .put("user", user)
                .put("jti", tokenId)
                .put("connections", revoked.connections())
                .put("until", revoked.until().toString())
                .end()
            : "revoked until "
                + revoked.until()
                + ", closed "
                + TextLine.count(revoked.connections(), "connection"));
    return ExitCode.OK;
  }
}
