package io.heliograph.server.config;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
    return RootReader.read(
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
      return RootReader.read(
          new SettingsReader(flags, environment, Map.of(), Optional.empty()), Optional.empty());
    }
    Path path = file.orElse(DEFAULT_FILE);
    return RootReader.read(
        new SettingsReader(flags, environment, SettingsFile.read(path), Optional.of(path)),
        Optional.of(path));
  }
}
