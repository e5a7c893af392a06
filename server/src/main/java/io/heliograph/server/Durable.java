package io.heliograph.server;

import io.heliograph.server.auth.Revocations;
import io.heliograph.server.config.Settings;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.log.file.FileDisk;
import io.heliograph.server.log.file.FileEventLog;
import io.heliograph.server.log.file.Journal;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a restart does not forget: the logs and, with {@code log.type=file}, operators' orders. */
final class Durable implements AutoCloseable {

  private static final String KICK = "kick";

  private final Clock clock;
  private final EventLog log;
  private final @Nullable Journal journal;
  private final Optional<Shared> shared;
  private final Revocations revocations;
  private @Nullable Hub hub; // Set before requests come.

  private Durable(EventLog log, @Nullable Journal journal, Optional<Shared> shared, Clock clock) {
    this.log = log;
    this.shared = shared;
    this.journal = journal;
    this.clock = clock;
    Consumer<String> keep = this::keep;
    this.revocations = new Revocations(clock, journal == null ? _ -> {} : keep);
  }

  /**
   * Opens what the settings say.
   *
   * @throws StartException if the directory cannot be used
   */
  static Durable open(Settings.Log settings) {
    Clock clock = Clock.systemUTC();
    Retention perUser = retention(settings.perUser());
    Retention broadcast = retention(settings.broadcast());
    return switch (settings.type()) {
      case Settings.LogType.Memory _ ->
          new Durable(
              new MemoryEventLog(perUser, broadcast, settings.totalBytes(), NanoClock.SYSTEM),
              null,
              Optional.empty(),
              clock);
      case Settings.LogType.File(Path directory) -> {
        var options =
            new FileEventLog.Options(
                perUser,
                broadcast,
                settings.totalBytes(),
                FileEventLog.Options.SEGMENT_BYTES,
                true);
        yield open(directory, options, clock);
      }
      case Settings.LogType.Redis type -> {
        var redis = new Redis(options(type));
        var log =
            new RedisEventLog(
                redis, perUser, broadcast, settings.totalBytes(), NanoClock.SYSTEM, clock);
        yield new Durable(log, null, Optional.of(new Shared(redis, log)), clock);
      }
    };
  }

  private static Durable open(Path directory, FileEventLog.Options options, Clock clock) {
    FileDisk disk = null;
    try {
      disk = FileDisk.open(directory);
      Journal journal = Journal.open(disk);
      return new Durable(
          new FileEventLog(disk, options, NanoClock.SYSTEM, clock),
          journal,
          Optional.empty(),
          clock);
    } catch (IOException e) {
      if (disk != null) {
        try {
          disk.close();
        } catch (IOException closing) {
          e.addSuppressed(closing);
        }
      }
      throw new StartException(
          e instanceof FileDisk.InUseException
              ? String.valueOf(e.getMessage())
              : "log.file.directory " + directory + " cannot be used: " + e);
    }
  }

  private static RedisOptions options(Settings.LogType.Redis settings) {
    return new RedisOptions(
        settings.servers().stream()
            .map(server -> new RedisOptions.Host(server.host(), server.port()))
            .toList(),
        settings.tls(),
        settings.trusted().map(file -> readable("log.redis.ca-file", file)),
        settings.user(),
        settings.password().map(Durable::password),
        settings.database(),
        settings.prefix(),
        settings.waitReplicas());
  }

  private static Path readable(String name, Path file) {
    if (!Files.isReadable(file)) {
      throw new StartException(name + " " + file + " cannot be read. Check its permissions.");
    }
    return file;
  }

  private static String password(Settings.SecretSource source) {
    return switch (source) {
      case Settings.KeySource.Secret(String value) -> value;
      case Settings.KeySource.SecretFile(Path file) -> {
        try {
          yield Files.readString(readable("log.redis.password-file", file)).strip();
        } catch (IOException e) {
          throw new StartException("log.redis.password-file " + file + " cannot be read: " + e);
        }
      }
    };
  }

  private static Retention retention(Settings.Kept kept) {
    return new Retention(kept.events(), kept.bytes(), kept.age());
  }

  EventLog log() {
    return log;
  }

  /** What a cluster has: connections to Redis, and its log. */
  record Shared(Redis redis, RedisEventLog log) {}

  Optional<Shared> shared() {
    return shared;
  }

  Revocations revocations() {
    return revocations;
  }

  /** Takes a kick. */
  void keepKick(String kick) {
    if (journal != null) {
      keep(text(kick));
    }
  }

  private String text(String kick) {
    return KICK + " " + clock.millis() + " " + kick;
  }

  private synchronized void keep(String text) {
    if (journal != null) {
      journal.add(text);
      if (journal.isLong()) {
        rewrite(journal);
      }
    }
  }

  private void rewrite(Journal longOne) {
    var inForce = new ArrayList<>(revocations.inForce());
    if (hub != null) {
      hub.kicks().inForce().forEach(kick -> inForce.add(text(kick)));
    }
    longOne.rewrite(inForce);
  }

  /** Restores what operators have ordered before the last stop. */
  void restore(Hub of) {
    hub = of;
    if (journal == null) {
      return;
    }
    Instant now = clock.instant();
    for (String text : journal.texts()) {
      if (text.startsWith(Revocations.WORD + " ")) {
        revocations.restore(text);
      } else {
        String[] words = text.split(" ", 3);
        Instant at = Instant.ofEpochMilli(Long.parseLong(words[1]));
        Duration age = Duration.between(at, now);
        of.kicks().restore(words[2], age.isNegative() ? Duration.ZERO : age);
      }
    }
    synchronized (this) {
      rewrite(journal);
    }
  }

  @Override
  public void close() {
    if (journal != null) {
      journal.close();
    }
    log.close();
  }
}
