package io.heliograph.server.config;

import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import io.helidon.config.yaml.YamlConfigParser;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * All settings of a server. docs/reference/settings.md lists them.
 *
 * @param logFormat how log lines are written
 * @param corsOrigins other origins whose pages may call the server, spelled as browsers do
 * @param tls empty for plain text
 * @param file the file that was read; empty if there was none
 * @param warnings for the operator at startup
 */
public record Settings(
    Server server,
    Stream stream,
    Log log,
    Limits limits,
    Presence presence,
    Drain drain,
    Demo demo,
    Console console,
    LogFormat logFormat,
    Auth auth,
    Set<String> corsOrigins,
    Optional<Tls> tls,
    Optional<Path> file,
    List<String> warnings) {

  /** The default settings file, in the working directory. */
  public static final Path DEFAULT_FILE = Path.of("heliograph.yaml");

  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  /**
   * The listener.
   *
   * @param port 0 for any free port
   * @param trustedProxies addresses and CIDRs whose X-Forwarded-For is believed
   * @param headTimeout from the accept to the end of a request head
   * @param requestTimeout from the head of a request that is not a stream to the end of its
   *     response
   * @param idleTimeout time that a connection without a request is kept
   */
  public record Server(
      String host,
      int port,
      List<String> trustedProxies,
      Duration headTimeout,
      Duration requestTimeout,
      Duration idleTimeout) {}

  /**
   * The streams.
   *
   * @param heartbeat the longest silence
   * @param retry time that readers are told to wait before they reconnect
   * @param sendBufferBytes send buffer of the kernel for each reader
   * @param writeTimeout time that a write may be stuck before the stream is closed
   * @param userTimeout time that a peer may leave data unacknowledged before its connection is
   *     closed
   * @param maxAge maximum age of a stream, plus or minus a fifth
   */
  public record Stream(
      Duration heartbeat,
      Duration retry,
      int sendBufferBytes,
      Duration writeTimeout,
      Duration userTimeout,
      Optional<Duration> maxAge) {}

  /**
   * The events that are kept for replay.
   *
   * @param totalBytes in memory, of all users together, with estimated overhead
   */
  public record Log(Kept perUser, Kept broadcast, long totalBytes, LogType type) {}

  /** Where events are kept. */
  public sealed interface LogType {

    /** The setting's value. */
    String word();

    /** In the memory of this process. */
    record Memory() implements LogType {
      @Override
      public String word() {
        return "memory";
      }
    }

    /**
     * On this node's disk.
     *
     * @param directory that only this server uses
     */
    record File(Path directory) implements LogType {
      @Override
      public String word() {
        return "file";
      }
    }

    /**
     * In Redis, for several nodes.
     *
     * @param servers one server; or several of a Cluster; or a primary and its replicas
     * @param database of a server that is not a Cluster
     * @param trusted PEM file of the issuers of the servers' certificates; empty for those of Java
     * @param user ACL user; empty for the default user
     * @param prefix of all keys
     * @param waitReplicas number of replicas that must confirm an event
     */
    record Redis(
        List<RedisServer> servers,
        boolean tls,
        int database,
        Optional<Path> trusted,
        Optional<String> user,
        Optional<SecretSource> password,
        String prefix,
        int waitReplicas)
        implements LogType {
      @Override
      public String word() {
        return "redis";
      }
    }
  }

  /** The address of a Redis server. */
  public record RedisServer(String host, int port) {}

  /** The limits of one log; whichever is reached first drops the oldest event. */
  public record Kept(int events, long bytes, Duration age) {}

  /**
   * The limits for callers.
   *
   * @param eventBytes maximum size of an event's data, in bytes of UTF-8
   * @param connections open streams on this node; empty for as many as the open-file limit allows
   * @param connectionsPerUser open streams of one user on this node
   * @param connectionsPerAddress open streams of one address on this node; empty for no limit
   * @param publishRate events per second that one address may publish; empty for no limit
   */
  public record Limits(
      int eventBytes,
      OptionalInt connections,
      int connectionsPerUser,
      OptionalInt connectionsPerAddress,
      OptionalInt publishRate) {}

  /**
   * The stop.
   *
   * @param window over which the closing of open streams is spread
   */
  public record Drain(Duration window) {}

  /**
   * Presence.
   *
   * @param grace time after which a user without a connection is reported as offline
   */
  public record Presence(Duration grace) {}

  /**
   * The events of the classic Node example.
   *
   * @param ticker interval at which every connected user receives the number of users and the time;
   *     empty for never
   */
  public record Demo(Optional<Duration> ticker) {}

  /**
   * The page for operators.
   *
   * @param enabled whether the server has it
   */
  public record Console(boolean enabled) {}

  /** The format of log lines. Both formats have the same fields. */
  public enum LogFormat {
    /** For people: words and {@code name=value}. */
    TEXT,
    /** For programs: one JSON object per line. */
    JSON
  }

  /** Who may call. */
  public sealed interface Auth {

    /**
     * Every caller has full access.
     *
     * @param beyondLoopback also from other machines
     */
    record Off(boolean beyondLoopback) implements Auth {}

    /**
     * Callers need a token.
     *
     * @param clockSkew allowed difference of the issuer's clock
     * @param cookie name of the cookie that may carry the token
     * @param openTicketWithin time within which a ticket must be used
     * @param scrapeToken source of the token for metrics; empty if there is none
     */
    record Jwt(
        KeySource keys,
        Optional<String> issuer,
        Optional<String> audience,
        Duration clockSkew,
        Optional<String> cookie,
        Duration openTicketWithin,
        Optional<SecretSource> scrapeToken)
        implements Auth {}
  }

  /** The source of the keys that verify tokens. */
  public sealed interface KeySource {

    /** A shared secret from the environment. */
    record Secret(String value) implements SecretSource {
      @Override
      public String toString() {
        return "Secret[]"; // Settings are printed.
      }
    }

    record SecretFile(Path path) implements SecretSource {}

    record KeyFile(Path path) implements KeySource {}

    record JwksUrl(URI url) implements KeySource {}
  }

  /** The source of a secret. */
  public sealed interface SecretSource extends KeySource {}

  /**
   * TLS of the listener; both files are PEM.
   *
   * @param certificate the server's certificate, then those of its issuers
   */
  public record Tls(Path certificate, Path privateKey) {}

  /**
   * The defaults, except for these settings.
   *
   * @throws SettingsException if a setting is unknown or invalid
   */
  public static Settings of(Map<String, String> settings) {
    return read(
        new SettingsReader(settings, Map.of(), Map.of(), Optional.empty()), Optional.empty());
  }

  /**
   * Loads the settings. Flags take precedence over the environment, the environment over the file,
   * and the file over the defaults.
   *
   * @param flags values by setting name
   * @param file the settings file; if empty, {@link #DEFAULT_FILE} if it exists
   * @throws SettingsException if a setting is unknown or invalid, or the file cannot be read
   */
  public static Settings load(
      Map<String, String> flags, Map<String, String> environment, Optional<Path> file) {
    if (file.isEmpty() && !Files.exists(DEFAULT_FILE)) {
      return read(
          new SettingsReader(flags, environment, Map.of(), Optional.empty()), Optional.empty());
    }
    Path path = file.orElse(DEFAULT_FILE);
    if (!Files.isReadable(path)) {
      throw new SettingsException(
          "The configuration file " + path + " cannot be read. Check its name and permissions.");
    }
    try {
      Config config =
          // By its content and not by its name, so that a file may be called settings.conf.
          Config.builder(ConfigSources.file(path).parser(YamlConfigParser.create()))
              .disableEnvironmentVariablesSource()
              .disableSystemPropertiesSource()
              .disableFilterServices()
              .build();
      return read(
          new SettingsReader(
              flags, environment, config.asMap().orElse(Map.of()), Optional.of(path)),
          Optional.of(path));
    } catch (ConfigException e) {
      // What Helidon 4.5 makes of a list or a text at the top.
      boolean isNoMap = e.getCause() instanceof ClassCastException;
      throw new SettingsException(
          isNoMap
              ? "The configuration file "
                  + path
                  + " must contain names and values, such as server.port: 8080."
              : "The configuration file " + path + " is not valid YAML: " + e.getMessage());
    }
  }

  private static Settings read(SettingsReader reader, Optional<Path> file) {
    var server =
        new Server(
            reader.text("server.host", "127.0.0.1"),
            reader.integer("server.port", 8080, 0, 65535),
            reader.addresses("server.trusted-proxies"),
            reader.duration("server.head-timeout", Duration.ofSeconds(20), TENTH, HOUR, ""),
            reader.duration("server.request-timeout", Duration.ofSeconds(60), TENTH, HOUR, ""),
            reader.duration("server.idle-timeout", Duration.ofSeconds(75), TENTH, HOUR, ""));
    var stream =
        new Stream(
            reader.duration(
                "stream.heartbeat",
                Duration.ofSeconds(15),
                SECOND,
                Duration.ofSeconds(59),
                "nginx cuts a stream after 60s of silence by default."),
            reader.duration("stream.retry", Duration.ofSeconds(3), Duration.ofMillis(1), HOUR, ""),
            (int) reader.bytes("stream.send-buffer", 64 * KIB, 4 * KIB, 4 * MIB),
            reader.duration("stream.write-timeout", Duration.ofSeconds(30), SECOND, HOUR, ""),
            reader.duration("stream.user-timeout", Duration.ofSeconds(30), SECOND, HOUR, ""),
            reader.durationOrOff("stream.max-age", SECOND, DAY.multipliedBy(365), "1h"));
    long heap = Runtime.getRuntime().maxMemory();
    var log =
        new Log(
            kept(reader, "log.per-user"),
            kept(reader, "log.broadcast"),
            reader.bytes(
                "log.total-bytes",
                Math.min(512 * MIB, heap / 4),
                MIB,
                Math.max(MIB, heap),
                " The limit is the JVM's heap: HELIOGRAPH_JAVA_OPTS=-Xmx8g allows more"
                    + " (SSE_CLI_JAVA_OPTS for sse-cli serve)."),
            LogReader.read(reader));
    var limits =
        new Limits(
            (int) reader.bytes("limits.event-bytes", 64 * KIB, 1, MIB),
            reader.integerOr(
                "auto", "limits.connections", 10_000_000, "as many as the open-file limit allows"),
            reader.integer("limits.connections-per-user", 32, 1, 1_000_000),
            reader.integerOr("off", "limits.connections-per-address", 1_000_000, "no bound"),
            reader.integerOr("off", "limits.publish-rate", 1_000_000, "no bound"));
    var presence =
        new Presence(
            reader.duration("presence.grace", Duration.ofSeconds(5), Duration.ZERO, HOUR, ""));
    var drain =
        new Drain(reader.duration("drain.window", Duration.ofSeconds(10), Duration.ZERO, HOUR, ""));
    var demo = new Demo(reader.durationOrOff("demo.ticker", Duration.ofMillis(10), HOUR, "3s"));
    var console =
        new Console(
            reader.choice("console.enabled", "true", List.of("true", "false")).equals("true"));
    LogFormat logFormat =
        LogFormat.valueOf(
            reader.choice("log.format", "text", List.of("text", "json")).toUpperCase(Locale.ROOT));
    Auth auth = AuthReader.read(reader);
    Set<String> corsOrigins = Origins.parse("cors.origins", reader.list("cors.origins"));
    Optional<Tls> tls = tls(reader);
    return new Settings(
        server,
        stream,
        log,
        limits,
        presence,
        drain,
        demo,
        console,
        logFormat,
        auth,
        corsOrigins,
        tls,
        file,
        reader.rejectUnknown());
  }

  private static Optional<Tls> tls(SettingsReader reader) {
    Optional<String> certificate = reader.optional("server.tls.certificate");
    Optional<String> privateKey = reader.optional("server.tls.private-key");
    if (certificate.isPresent() != privateKey.isPresent()) {
      throw new SettingsException(
          "server.tls.certificate and server.tls.private-key belong together, but only one is set."
              + " Set both or neither.");
    }
    return certificate.map(file -> new Tls(Path.of(file), Path.of(privateKey.orElseThrow())));
  }

  private static Kept kept(SettingsReader reader, String prefix) {
    return new Kept(
        reader.integer(prefix + ".events", 256, 1, 1_000_000),
        reader.bytes(prefix + ".bytes", MIB, KIB, GIB),
        reader.duration(prefix + ".age", DAY, SECOND, DAY.multipliedBy(365), ""));
  }
}
