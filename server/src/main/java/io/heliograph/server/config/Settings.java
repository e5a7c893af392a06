package io.heliograph.server.config;

import io.helidon.config.Config;
import io.helidon.config.ConfigException;
import io.helidon.config.ConfigSources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All settings of a server. docs/reference/settings.md lists them.
 *
 * @param warnings what a person should be told at the start
 */
public record Settings(
    Server server,
    Stream stream,
    Log log,
    Limits limits,
    Presence presence,
    Demo demo,
    List<String> warnings) {

  /** Read from the working directory where no other file is named. */
  public static final Path DEFAULT_FILE = Path.of("application.yaml");

  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  /**
   * Where the server listens.
   *
   * @param port 0 for any free one
   */
  public record Server(String host, int port) {}

  /**
   * The streams.
   *
   * @param heartbeat the longest silence
   * @param retry what a reader is told to wait before it comes back
   * @param sendBufferBytes what the kernel may hold for a reader that does not read
   * @param writeTimeout for how long a write may be stuck before the stream is closed
   */
  public record Stream(
      Duration heartbeat, Duration retry, int sendBufferBytes, Duration writeTimeout) {}

  /**
   * What is kept for replay.
   *
   * @param totalBytes of all users together, overhead estimated
   */
  public record Log(Kept perUser, Kept broadcast, long totalBytes) {}

  /** The bounds of one log; what comes first drops the oldest event. */
  public record Kept(int events, long bytes, Duration age) {}

  /**
   * What a stranger may send.
   *
   * @param eventBytes the most that an event's data may have, in bytes of UTF-8
   */
  public record Limits(int eventBytes) {}

  /**
   * Who is online.
   *
   * @param grace for how long a user without a connection is not yet told to be offline
   */
  public record Presence(Duration grace) {}

  /**
   * What the classic Node example did.
   *
   * @param ticker how often every connected user gets the number of users and the time
   */
  public record Demo(Optional<Duration> ticker) {}

  /**
   * The defaults but for these.
   *
   * @throws SettingsException if one is unknown or bad
   */
  public static Settings of(Map<String, String> settings) {
    return read(new SettingsReader(settings, Map.of(), Map.of()));
  }

  /**
   * Flags, then the environment, then the file, then the defaults.
   *
   * @param flags by the settings' names
   * @param file where none is given, {@link #DEFAULT_FILE} if there is one
   * @throws SettingsException if one is unknown or bad, or the file cannot be read
   */
  public static Settings load(
      Map<String, String> flags, Map<String, String> environment, Optional<Path> file) {
    if (file.isEmpty() && !Files.exists(DEFAULT_FILE)) {
      return read(new SettingsReader(flags, environment, Map.of()));
    }
    Path path = file.orElse(DEFAULT_FILE);
    if (!Files.isReadable(path)) {
      throw new SettingsException(
          "The configuration file " + path + " cannot be read. Check its name and permissions.");
    }
    try {
      Config config =
          Config.builder(ConfigSources.file(path))
              .disableEnvironmentVariablesSource()
              .disableSystemPropertiesSource()
              .disableFilterServices()
              .build();
      return read(new SettingsReader(flags, environment, config.asMap().orElse(Map.of())));
    } catch (ConfigException e) {
      throw new SettingsException(
          "The configuration file " + path + " is not valid YAML: " + e.getMessage());
    }
  }

  private static Settings read(SettingsReader reader) {
    var server =
        new Server(
            reader.text("server.host", "127.0.0.1"), reader.integer("server.port", 8080, 0, 65535));
    var stream =
        new Stream(
            reader.duration(
                "stream.heartbeat",
                Duration.ofSeconds(15),
                SECOND,
                Duration.ofSeconds(59),
                "By default nginx cuts a stream after 60s of silence."),
            reader.duration("stream.retry", Duration.ofSeconds(3), Duration.ofMillis(1), HOUR, ""),
            (int) reader.bytes("stream.send-buffer", 64 * KIB, 4 * KIB, 4 * MIB),
            reader.duration("stream.write-timeout", Duration.ofSeconds(30), SECOND, HOUR, ""));
    long heap = Runtime.getRuntime().maxMemory();
    var log =
        new Log(
            kept(reader, "log.per-user"),
            kept(reader, "log.broadcast"),
            reader.bytes(
                "log.total-bytes", Math.min(512 * MIB, heap / 4), MIB, Math.max(MIB, heap)));
    var limits = new Limits((int) reader.bytes("limits.event-bytes", 64 * KIB, 1, MIB));
    var presence =
        new Presence(
            reader.duration("presence.grace", Duration.ofSeconds(5), Duration.ZERO, HOUR, ""));
    var demo = new Demo(reader.durationOrOff("demo.ticker", Duration.ofMillis(10), HOUR));
    return new Settings(server, stream, log, limits, presence, demo, reader.rejectUnknown());
  }

  private static Kept kept(SettingsReader reader, String prefix) {
    return new Kept(
        reader.integer(prefix + ".events", 256, 1, 1_000_000),
        reader.bytes(prefix + ".bytes", MIB, KIB, GIB),
        reader.duration(prefix + ".age", DAY, SECOND, DAY.multipliedBy(365), ""));
  }
}
