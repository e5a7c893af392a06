package io.heliograph.cli.context;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.access.Detour;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ContextNames;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Context;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code context validate}: reads each context as a command would that uses it. */
@Command(
    name = "validate",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Check that contexts can be used.",
    description =
        "Reads the files and variables that a context names; a cmd: is run. Ends with the exit"
            + " code of the first failure.")
final class ValidateContexts extends ContextWork {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Parameters(
      paramLabel = "NAME",
      completionCandidates = ContextNames.class,
      arity = "0..*",
      description = "Which; else all.")
  private List<String> names = List.of();

  @Option(names = "--connect", description = "Also ask the server whether it takes the token.")
  private boolean connect;

  /** What became of one. */
  private record Outcome(ExitCode exit, String message) {}

  /** A command that uses the context. */
  @Command(name = "check")
  private static final class User {
    @Mixin private final ServerOption server = new ServerOption();
    @Mixin private final AccessOptions access = new AccessOptions();

    @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
    @Mixin
    private final CommonOptions common;

    User(Shell shell) {
      common = new CommonOptions(shell);
    }
  }

  ValidateContexts(Shell shell, Settings.Places places) {
    super(shell, places);
  }

  @Override
  ExitCode work(UserConfig config) throws ConfigException, IOException {
    var asked = new ArrayList<String>();
    for (String name : names) {
      asked.add(config.broken().containsKey(name) ? name : config.context(name).name());
    }
    if (names.isEmpty()) {
      asked.addAll(config.contexts().keySet());
      asked.addAll(config.broken().keySet());
      if (asked.isEmpty()) {
        shell.notices().say("no contexts yet:  sse-cli context add NAME --server URL");
      }
    }
    ExitCode exit = ExitCode.OK;
    Paint paint = shell.paintOut();
    for (String name : asked) {
      String broken = config.broken().get(name);
      Outcome outcome =
          broken == null ? check(config.context(name)) : new Outcome(ExitCode.USAGE, broken);
      boolean ok = outcome.exit == ExitCode.OK;
      String message = shell.terminals().out() ? Printable.of(outcome.message) : outcome.message;
      shell.out().line((ok ? paint.green("ok    ") : paint.red("FAIL  ")) + name + "  " + message);
      exit = exit == ExitCode.OK ? outcome.exit : exit;
    }
    return exit;
  }

  private Outcome check(Context context) {
    var user = new User(shell);
    var command = new CommandLine(user);
    command.setCaseInsensitiveEnumValuesAllowed(true);
    var program = new CommandLine(CommandLine.Model.CommandSpec.create());
    program.addSubcommand("check", command);
    command.setDefaultValueProvider(new Defaults(shell, places.contextsOnly()));
    try {
      program.parseArgs("check", "--context", context.name());
      if (context.server().isEmpty()) {
        return new Outcome(ExitCode.USAGE, "it names no server");
      }
      Access access = user.access.open(shell, user.server.uri());
      return connect
          ? connect(user.server, access)
          : new Outcome(ExitCode.OK, user.server.uri().toString());
    } catch (ParameterException e) {
      return new Outcome(ExitCode.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private static Outcome connect(ServerOption server, Access access) {
    OkHttpClient client =
        access
            .network()
            .to(new OkHttpClient.Builder())
            .callTimeout(PATIENCE)
            .followRedirects(false)
            .build();
    try {
      Request request =
          access.to(new Request.Builder().url(server.below("v1/stats").toString())).build();
      long startNanos = System.nanoTime();
      try (Response response = client.newCall(request).execute()) {
        long millis = Duration.ofNanos(System.nanoTime() - startNanos).toMillis();
        return switch (response.code()) {
          // 403: it knows who asks, and this is not for everybody.
          case 200, 403 -> new Outcome(ExitCode.OK, server.uri() + " answers in " + millis + " ms");
          case 401 ->
              new Outcome(
                  ExitCode.AUTH,
                  server.uri()
                      + (access.tokens() == null ? " wants a token" : " refuses the token"));
          default ->
              new Outcome(
                  ExitCode.REFUSED,
                  server.uri()
                      + " answers "
                      + response.code()
                      + " to GET /v1/stats; is that a Heliograph server?");
        };
      }
    } catch (IOException e) {
      Detour detour = access.network().detour(server.uri());
      String why = detour == null ? null : detour.blame(e).orElse(null);
      return new Outcome(
          ExitCode.NETWORK, server.uri() + ": " + (why == null ? e.getMessage() : why));
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
