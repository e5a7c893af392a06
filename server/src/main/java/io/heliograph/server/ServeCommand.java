package io.heliograph.server;

import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import io.heliograph.server.observe.Version;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts a server; the command of {@code heliograph-server} and {@code sse-cli serve}. */
@Command(
    name = "serve",
    description = "Start a server. Stop it with Ctrl-C or SIGTERM.",
    mixinStandardHelpOptions = true,
    versionProvider = ServeCommand.Versions.class,
    sortOptions = false,
    footer = {
      "",
      "Every setting can also come from the environment (HELIOGRAPH_STREAM_HEARTBEAT=10s)",
      "or from heliograph.yaml in the working directory. Options take precedence over both."
    })
public final class ServeCommand implements Callable<Integer> {

  private static final int CANNOT_LISTEN = 3;

  /** The output of {@code --version}. */
  static final class Versions implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {
        "heliograph-server " + Version.current() + ", Java " + System.getProperty("java.version")
      };
    }
  }

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description = "Address to listen on (default: 127.0.0.1).")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port to listen on; 0 means any free port (default: 8080).")
  private @Nullable String port;

  @Option(
      names = "--ticker",
      paramLabel = "EVERY",
      description =
          "Send the time and the number of users to every user at this interval, such as 3s"
              + " (default: off).")
  private @Nullable String ticker;

  @Option(
      names = "--log",
      paramLabel = "TYPE",
      description =
          "Where events are kept: memory, file to keep them over restarts, or the address of Redis"
              + " for several nodes, such as redis://localhost:6379 (default: memory).")
  private @Nullable String log;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory of the events with --log file. One server at a time can use it.")
  private @Nullable String data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings file (default: heliograph.yaml).")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Set any setting, such as stream.heartbeat=10s. Can be repeated.")
  private Map<String, String> set = new LinkedHashMap<>();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    Logging.configure();
    // Before the server listens: who is let in must be told when a signal comes right after.
    var running = new CompletableFuture<Optional<Heliograph>>();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(() -> running.join().ifPresent(ServeCommand::stop)));
    try {
      Settings settings = Settings.load(flags(), System.getenv(), Optional.ofNullable(config));
      Logging.use(settings.logFormat());
      Logging.keep();
      Heliograph server = Heliograph.start(settings);
      running.complete(Optional.of(server));
      if (settings.logFormat() == Settings.LogFormat.TEXT) {
        // For scripts. Among JSON lines, of which "started" says the same, it would be none.
        out.println("listening on " + server.uri());
        out.flush();
      }
      new CountDownLatch(1).await(); // A signal ends it.
      return ExitCode.OK;
    } catch (SettingsException e) {
      err.println(command.root().name() + ": " + e.getMessage());
      return ExitCode.USAGE;
    } catch (StartException e) {
      err.println(command.root().name() + ": " + e.getMessage());
      return CANNOT_LISTEN;
    } finally {
      running.complete(Optional.empty()); // Without effect if there is a server.
    }
  }

  /** A stop by a signal is a success; without this, the JVM would exit with 143. */
  private static void stop(Heliograph server) {
    server.close();
    Runtime.getRuntime().halt(ExitCode.OK);
  }

  private Map<String, String> flags() {
    var flags = new LinkedHashMap<>(set);
    put(flags, "server.host", host);
    put(flags, "server.port", port);
    put(flags, "demo.ticker", ticker);
    if (log != null && log.contains("://")) {
      put(flags, "log.type", "redis");
      put(flags, "log.redis.url", log);
    } else {
      put(flags, "log.type", log);
    }
    put(flags, "log.file.directory", data);
    return flags;
  }

  private static void put(Map<String, String> flags, String name, @Nullable String value) {
    if (value != null) {
      flags.put(name, value);
    }
  }
}
