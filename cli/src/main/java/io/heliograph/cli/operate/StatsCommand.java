package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.Failure;
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
      return entry.failed(shell, json(), server.uri(), 0, server.uri() + ": " + e.getMessage());
    }
    if (answer.status() != 200) {
      String detail = Json.string(answer.body(), "detail").orElse("GET /v1/stats");
      return entry.failed(shell, json(), server.uri(), answer.status(), detail);
    } else if (!(figures(answer.body()) instanceof Map<?, ?> figures)) {
      String why = "the answer is not JSON; is that a Heliograph server?";
      return Failure.tell(shell, json(), ExitCode.REFUSED, 200, why, "");
    } else if (json()) {
      print(Json.compact(answer.body()));
    } else {
      var rows = new ArrayList<List<String>>();
      figures.forEach((name, value) -> rows.add(List.of(name.toString(), String.valueOf(value))));
      table(List.of("FIGURE", "VALUE"), rows);
    }
    return ExitCode.OK;
  }

  private static @Nullable Object figures(String body) {
    try {
      return Json.read(body);
    } catch (IOException e) {
      return null;
    }
  }
}
