package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.json.Json;
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
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Print a server's figures: connections, users, events, memory.",
    customSynopsis = "sse-cli stats [OPTIONS]",
    footer = {"", "Examples:", "  sse-cli stats", "  sse-cli stats -o json | jq .connections"})
public final class StatsCommand extends OperatorCommand {
  public StatsCommand(Shell shell) {
    super(shell);
  }

  @Override
  void run(HeliographApi api, Access entry) {
    Access.Answer answer = answer(entry);
    if (answer.status() != 200) {
      throw new FailedException(
          answer.status(), Json.string(answer.body(), "detail").orElse("GET /v1/stats"));
    } else if (!(figures(answer.body()) instanceof Map<?, ?> figures)) {
      throw new FailedException(200, "the answer is not JSON; is that a Heliograph server?");
    } else if (json()) {
      print(Json.compact(answer.body()));
    } else {
      var rows = new ArrayList<List<String>>();
      figures.forEach((name, value) -> rows.add(List.of(name.toString(), String.valueOf(value))));
      table(List.of("FIGURE", "VALUE"), rows);
    }
  }

  private Access.Answer answer(Access entry) {
    try {
      return entry.get(server.below("v1/stats"));
    } catch (IOException e) {
      throw new FailedException(0, server.uri() + ": " + e.getMessage());
    }
  }

  private static @Nullable Object figures(String body) {
    try {
      return Json.read(body);
    } catch (IOException e) {
      return null;
    }
  }
}
