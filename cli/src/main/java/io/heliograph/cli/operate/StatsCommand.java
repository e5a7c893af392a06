package io.heliograph.cli.operate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.JsonText;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Prints the server's figures. */
@Command(
    name = "stats",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Print a server's figures: connections, users, events, memory.",
    customSynopsis = "sse-cli stats [OPTIONS]",
    footer = {"", "Examples:", "  sse-cli stats", "  sse-cli stats -o json | jq .connections"})
public final class StatsCommand extends OperatorCommand {
  private static final JsonFactory JSON = new JsonFactory();

  public StatsCommand(Shell shell) {
    super(shell);
  }

  @Override
  void run(HeliographApi api, Access entry) throws IOException {
    String figures = figures(entry);
    if (json()) {
      out(JsonText.compact(figures));
      return;
    }
    var rows = new ArrayList<List<String>>();
    try (JsonParser parser = JSON.createParser(figures)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        rows.add(List.of(name, parser.getText()));
        parser.skipChildren();
      }
    }
    table(List.of("FIGURE", "VALUE"), rows);
  }

  private String figures(Access entry) {
    try {
      Access.Answer answer = entry.get(server.below("v1/stats"));
      if (answer.status() != 200) {
        throw new FailedException(
            answer.status(), JsonText.stringField(answer.body(), "detail").orElse("GET /v1/stats"));
      } else if (JsonText.compactStructure(answer.body()).isEmpty()) {
        throw new FailedException(200, "the answer is not JSON; is that a Heliograph server?");
      }
      return answer.body();
    } catch (IOException e) {
      throw new FailedException(0, server.uri() + ": " + e.getMessage());
    }
  }
}
