package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographApi.PresencePage;
import io.heliograph.client.HeliographApi.UserConnection;
import io.heliograph.client.HeliographApi.UserPresence;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "users",
    header = "List the users who are online, or one user's connections.",
    customSynopsis = "sse-cli users [OPTIONS] [USER]",
    footer = {
      "",
      "Examples:",
      "  sse-cli users",
      "  sse-cli users alice",
      "  sse-cli users -o json | jq -r .user"
    })
public final class UsersCommand extends OperatorCommand {
  private static final int PAGE = 1000;

  @Parameters(
      paramLabel = "USER",
      arity = "0..1",
      description = "Show this user's connections (default: all users who are online).")
  private @Nullable String user;

  public UsersCommand(Shell shell) {
    super(shell);
  }

  @Override
  ExitCode run(HeliographApi api, Access entry) {
    if (user != null) {
      server.stream(user); // Checks that a path can hold it.
      connections(user, api.connections(user));
      return ExitCode.OK;
    }
    var rows = new ArrayList<List<String>>();
    String after = "";
    do {
      PresencePage page = api.online(after, PAGE);
      for (UserPresence one : page.users()) {
        if (json()) {
          print(
              JsonLine.start()
                  .put("user", one.user())
                  .put("online", one.online())
                  .put("connections", one.connections())
                  .end());
        } else {
          rows.add(List.of(one.user(), Integer.toString(one.connections())));
        }
      }
      after = page.next().orElse("");
    } while (!after.isEmpty());
    if (!json()) {
      if (!rows.isEmpty()) {
        table(List.of("USER", "CONNECTIONS"), rows);
      }
      shell.notices().say(TextLine.count(rows.size(), "user") + " online");
    }
    return ExitCode.OK;
  }

  private void connections(String whose, List<UserConnection> all) {
    if (json()) {
      for (UserConnection one : all) {
        print(
            JsonLine.start()
                .put("user", whose)
                .put("id", one.id())
                .put("since", one.since().toString())
                .put("remote", one.remote())
                .put("agent", one.agent())
                .put("lag", one.lag())
                .end());
      }
      return;
    }
    if (!all.isEmpty()) {
      table(
          List.of("CONNECTION", "SINCE", "LAG", "REMOTE", "AGENT"),
          all.stream()
              .map(
                  one ->
                      List.of(
                          one.id(),
                          one.since().toString(),
                          Long.toString(one.lag()),
                          one.remote(),
                          one.agent()))
              .toList());
    }
    shell.notices().say(whose + " has " + TextLine.count(all.size(), "open connection"));
  }
}
