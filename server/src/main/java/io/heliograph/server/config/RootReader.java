package io.heliograph.server.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads all settings, with their defaults and what is allowed. */
final class RootReader {

  private static final Duration DAY = Duration.ofHours(24);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  private RootReader() {}

  static Settings read(SettingsReader reader, Optional<Path> file) {
    var server =
        new Settings.Server(
            reader.text("server.host", "127.0.0.1"),
            reader.integer("server.port", 8080, 0, 65535),
            reader.addresses("server.trusted-proxies"),
            reader.duration("server.head-timeout", Duration.ofSeconds(20), TENTH, HOUR, ""),
            reader.duration("server.request-timeout", Duration.ofSeconds(60), TENTH, HOUR, ""),
            reader.duration("server.idle-timeout", Duration.ofSeconds(75), TENTH, HOUR, ""));
    var stream =
        new Settings.Stream(
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
        new Settings.Log(
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
        new Settings.Limits(
            (int) reader.bytes("limits.event-bytes", 64 * KIB, 1, MIB),
            reader.integerOr(
                "auto", "limits.connections", 10_000_000, "as many as the open-file limit allows"),
            reader.integer("limits.connections-per-user", 32, 1, 1_000_000),
            reader.integerOr("off", "limits.connections-per-address", 1_000_000, "no bound"),
            reader.integerOr("off", "limits.publish-rate", 1_000_000, "no bound"));
    var presence =
        new Settings.Presence(
            reader.duration("presence.grace", Duration.ofSeconds(5), Duration.ZERO, HOUR, ""));
    var drain =
        new Settings.Drain(
            reader.duration("drain.window", Duration.ofSeconds(10), Duration.ZERO, HOUR, ""));
    var demo =
        new Settings.Demo(reader.durationOrOff("demo.ticker", Duration.ofMillis(10), HOUR, "3s"));
    var console =
        new Settings.Console(
            reader.choice("console.enabled", "true", List.of("true", "false")).equals("true"));
    Settings.LogFormat logFormat =
        Settings.LogFormat.valueOf(
            reader.choice("log.format", "text", List.of("text", "json")).toUpperCase(Locale.ROOT));
    Settings.Auth auth = AuthReader.read(reader);
    Set<String> corsOrigins = Origins.parse("cors.origins", reader.list("cors.origins"));
    Optional<Settings.Tls> tls = tls(reader);
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

  private static Optional<Settings.Tls> tls(SettingsReader reader) {
    Optional<String> certificate = reader.optional("server.tls.certificate");
    Optional<String> privateKey = reader.optional("server.tls.private-key");
    if (certificate.isPresent() != privateKey.isPresent()) {
      throw new SettingsException(
          "server.tls.certificate and server.tls.private-key belong together, but only one is set."
              + " Set both or neither.");
    }
    return certificate.map(
        file -> new Settings.Tls(Path.of(file), Path.of(privateKey.orElseThrow())));
  }

  private static Settings.Kept kept(SettingsReader reader, String prefix) {
    return new Settings.Kept(
        reader.integer(prefix + ".events", 256, 1, 1_000_000),
        reader.bytes(prefix + ".bytes", MIB, KIB, GIB),
        reader.duration(prefix + ".age", DAY, SECOND, DAY.multipliedBy(365), ""));
  }
}
