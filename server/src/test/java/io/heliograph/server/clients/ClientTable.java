package io.heliograph.server.clients;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The table of docs/guides/clients.md whose first column is headed "client". */
record ClientTable(List<String> head, List<List<String>> rows) {

  private static final Path FILE = Path.of("..", "docs", "guides", "clients.md");

  static ClientTable read() throws IOException {
    List<List<String>> lines =
        Files.readAllLines(FILE).stream()
            .dropWhile(line -> !line.startsWith("| client |"))
            .takeWhile(line -> line.startsWith("|"))
            .map(ClientTable::cells)
            .toList();
    if (lines.size() < 3) {
      throw new AssertionError(FILE + " has no table that begins with | client |");
    }
    return new ClientTable(lines.getFirst(), lines.subList(2, lines.size()));
  }

  private static List<String> cells(String line) {
    return Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList();
  }

  String cell(ClientProgram client, Scenario scenario) {
    int column = head.indexOf(scenario.title());
    return rows.stream()
        .filter(row -> row.getFirst().startsWith(client.title()) && column > 0)
        .findAny()
        .orElseThrow(
            () ->
                new AssertionError(
                    "%s has no cell for %s, %s".formatted(FILE, client.title(), scenario.title())))
        .get(column);
  }
}
