package io.heliograph.cli.operate;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.access.Detour;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One request of an operator: the options that all have, and what is said where it fails. */
abstract class OperatorCommand extends CliCommand {
  @Mixin final ServerOption server = new ServerOption();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "Output format: ${COMPLETION-CANDIDATES} (default: text).")
  private OutputFormat output = OutputFormat.text;

  @Mixin private final AccessOptions access = new AccessOptions();

  /** A request of our own failed; {@code status} is 0 where there was no answer. */
  static final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    FailedException(int status, String message) {
      super(message);
      this.status = status;
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  OperatorCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() {
    Access entry = access.open(shell, server.uri());
    try (HeliographApi api = entry.to(HeliographApi.builder(server.uri())).build()) {
      run(api, entry);
      return ExitCode.OK.code();
    } catch (HeliographException e) {
      return failed(e.status(), e.detail(), String.valueOf(e.getMessage()), entry).code();
    } catch (FailedException e) {
      return failed(e.status, e.getMessage(), e.getMessage(), entry).code();
    } catch (IOException e) {
      return ExitCode.OK.code(); // Nobody reads stdout any more.
    }
  }

  /**
   * Asks, and prints the answer.
   *
   * @throws HeliographException if the server does not answer as hoped
   * @throws IOException if nobody reads stdout any more
   */
  abstract void run(HeliographApi api, Access entry) throws IOException;

  boolean json() {
    return output == OutputFormat.json;
  }

  /** Checks that a path can hold it. */
  void requireUser(String user) {
    server.stream(user);
  }

  void out(String line) throws IOException {
    shell.out().line(shell.terminals().out() ? Printable.of(line) : line);
  }

  /** Rows below a heading, each column as wide as it must be. */
  void table(List<String> heading, List<List<String>> rows) throws IOException {
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
      out(line.toString().stripTrailing());
    }
  }

  private ExitCode failed(int status, String detail, String whole, Access entry) {
    boolean auth = status == 401 || status == 403;
    Detour detour = entry.network().detour(server.uri());
    ExitCode exit = status == 0 ? ExitCode.NETWORK : auth ? ExitCode.AUTH : ExitCode.REFUSED;
    String message = status == 0 ? whole : "the server refused (" + status + "): " + detail;
    String hint =
        auth
            ? Access.hint(shell)
            : status != 0 ? "" : detour == null ? shell.using() : detour.doubt();
    if (json()) {
      shell.notices().error(JsonLine.error(exit, status, message, hint));
    } else {
      shell.notices().error("sse-cli: " + Printable.of(message));
      if (!hint.isEmpty()) {
        shell.notices().error("         " + hint);
      }
    }
    return exit;
  }
}
