package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;

/** One request of an operator: the options that all have, and what is said where it fails. */
abstract class OperatorCommand extends CliCommand {
  @Mixin final ServerOption server = new ServerOption();

  @Mixin private final OutputOption output = new OutputOption();

  @Mixin private final AccessOptions access = new AccessOptions();

  OperatorCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Access entry = access.open(shell, server.uri());
    try (HeliographApi api = entry.to(HeliographApi.builder(server.uri())).build()) {
      return run(api, entry).code();
    } catch (HeliographException e) {
      return entry.failed(shell, json(), server.uri(), e).code();
    }
  }

  /** Asks, and prints the answer. */
  abstract ExitCode run(HeliographApi api, Access entry);

  boolean json() {
    return output.json();
  }

  /** Rows below a heading, each column as wide as it must be. */
  void table(List<String> heading, List<List<String>> rows) {
    var all = new ArrayList<List<String>>();
    all.add(heading);
    all.addAll(rows);
    for (List<String> row : all) {
      var line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = all.stream().mapToInt(r -> r.get(column).length()).max().orElse(0);
        line.append(row.get(i)).repeat(' ', width - row.get(i).length() + 2);
      }
      print(line.toString().stripTrailing());
    }
  }
}
