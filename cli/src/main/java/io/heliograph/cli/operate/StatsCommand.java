package io.heliograph.cli.operate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.JsonText;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
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
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_BYTES = 1 << 20;

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
    OkHttpClient client =
        entry
            .network()
            .to(new OkHttpClient.Builder())
            .callTimeout(PATIENCE)
            .followRedirects(false)
            .build();
    try {
      Request request =
          entry.to(new Request.Builder().url(server.below("v1/stats").toString())).build();
      try (Response response = client.newCall(request).execute()) {
        String body = response.peekBody(MOST_BYTES).string();
        if (response.code() != 200) {
          throw new FailedException(
              response.code(), JsonText.stringField(body, "detail").orElse(response.message()));
        } else if (JsonText.compactStructure(body).isEmpty()) {
          throw new FailedException(200, "the answer is not JSON; is that a Heliograph server?");
        }
        return body;
      }
    } catch (IOException e) {
      throw new FailedException(0, server.uri() + ": " + e.getMessage());
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
