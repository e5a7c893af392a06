package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "kick",
    header = "Close a user's streams and tell their readers not to reconnect.",
    description =
        "For one minute, the server also rejects readers that try to resume these streams. A"
            + " newly opened page can connect; to keep a user out, use sse-cli revoke.",
    customSynopsis = "sse-cli kick [OPTIONS] USER [CONNECTION]",
    footer = {"", "Examples:", "  sse-cli kick alice", "  sse-cli kick alice fqbrmz-1"})
public final class KickCommand extends OperatorCommand {
  @Parameters(index = "0", paramLabel = "USER", description = "The user.")
  private String user = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "CONNECTION",
      description = "Close this connection only; sse-cli users USER lists them.")
  private @Nullable String connection;

  public KickCommand(Shell shell) {
    super(shell);
  }

  @Override
  ExitCode run(HeliographApi api, Access entry) {
    server.stream(user); // Checks that a path can hold it.
    int closed = connection == null ? api.kick(user) : kick(api, connection) ? 1 : 0;
    print(
        json()
            ? JsonLine.start().put("user", user).put("closed", closed).end()
            : "closed " + TextLine.count(closed, "connection"));
    return ExitCode.OK;
  }

  private boolean kick(HeliographApi api, String id) {
    try {
      return api.kick(user, id);
    } catch (IllegalArgumentException e) {
      throw usage("CONNECTION: " + e.getMessage());
    }
  }
}
