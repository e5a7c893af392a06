package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.json.Json;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

@Command(
    name = "stats",
    optionListHeading = "%n",
    header = "Print a server's figures: connections, users, events, memory.",
    customSynopsis = "sse-cli stats [OPTIONS]",
    footer = {"", "Examples:", "  sse-cli stats", "  sse-cli stats -o json | jq .connections"})
public final class StatsCommand extends OperatorCommand {
  public StatsCommand(Shell shell) {
    super(shell);
  }

  @Override
  ExitCode run(HeliographApi api, Access entry) {
    Access.Answer answer;
    try {
      answer = entry.get(server.below("v1/stats"));
    } catch (IOException e) {
      return failed(entry, 0, server.uri() + ": " + e.getMessage());
    }
    if (answer.status() != 200) {
      String detail = Json.string(answer.body(), "detail").orElse("GET /v1/stats");
      return failed(entry, answer.status(), detail);
    } else if (!(figures(answer.body()) instanceof Map<?, ?> figures)) {
      return failed(entry, 200, "the answer is not JSON; is that a Heliograph server?");
    } else if (json()) {
      print(Json.compact(answer.body()));
    } else {
      var rows = new ArrayList<List<String>>();
      figures.forEach((name, value) -> rows.add(List.of(name.toString(), String.valueOf(value))));
      table(List.of("FIGURE", "VALUE"), rows);
    }
    return ExitCode.OK;
  }

  private ExitCode failed(Access entry, int status, String message) {
    return entry.failed(shell, json(), server.uri(), status, message);
  }

  private static @Nullable Object figures(String body) {
    try {
      return Json.read(body);
    } catch (IOException e) {
      return null;
    }
  }
}
