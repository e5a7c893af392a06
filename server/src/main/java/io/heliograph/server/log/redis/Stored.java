package io.heliograph.server.log.redis;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.Retention;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Script;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** The logs as they are stored: the scripts. No method waits. */
final class Stored {

  private static final Script APPEND = script("append.lua");
  private static final Script READ = script("read.lua");
  private static final Script FORGET = script("forget.lua");
  private static final Script REWIND = script("rewind.lua");
  private static final Script EDGES = script("edges.lua");

  // A log is deleted when it was not used for its age and this. Nodes use what they follow.
  private static final Duration LONGER_THAN_AGE = Duration.ofHours(1);

  // Fits into nine digits of a cursor. 0 is no log's epoch.
  private static final long EPOCHS = 1L << 46;

  private static final byte[] YES = text("1");
  private static final byte[] NO = text("0");

  private final Redis redis;
  private final Retention perUser;
  private final Retention broadcast;
  private final NanoClock clock;
  private final WallClock times;
  private final InOrder inOrder = new InOrder();

  Stored(Redis redis, Retention perUser, Retention broadcast, NanoClock clock, WallClock times) {
    this.redis = redis;
    redis.preload(List.of(APPEND, READ, FORGET, REWIND, EDGES));
    this.perUser = perUser;
    this.broadcast = broadcast;
    this.clock = clock;
    this.times = times;
  }

  private static Script script(String name) {
    return Script.read(Stored.class, "log.lua", name);
  }

  /**
   * What became of an append.
   *
   * @param lineage see {@link Redis#replicated}
   */
  record Result(char kind, long epoch, long sequence, long step, String lineage, long latestStep) {}

  /**
   * What is stored.
   *
   * @param previous epochs before, each with the last sequence that is valid in it
   * @param whole whether the entries are all that are kept
   */
  record Contents(
      long epoch,
      long sequence,
      long step,
      List<Previous> previous,
      boolean whole,
      List<Message.Entry> entries) {}

  /** An epoch before, in which positions up to a sequence are those of the present one. */
  record Previous(long epoch, long lastSequence) {}

  /** Appends. Appends to one log are executed in the order of the calls. */
  CompletableFuture<Result> append(LogName log, Publication publication, long millis) {
    return redis.sharded()
        ? inOrder.add(log, () -> execute(redis::run, log, publication, millis))
        : execute(redis::runInOrder, log, publication, millis);
  }

  private interface Run {
    CompletableFuture<List<Object>> run(Script script, List<String> keys, byte[]... args);
  }

  private CompletableFuture<Result> execute(
      Run how, LogName log, Publication publication, long millis) {
    String key = LogKey.of(redis.prefix(), log);
    String word = Message.word(publication.key());
    boolean ephemeral = publication.event().ephemeral();
    byte[] publisher = publication.publisher().getBytes(StandardCharsets.UTF_8);
    return how.run(
            APPEND,
            List.of(key, key + ":keys", key + ":key:" + word),
            args(
                log,
                ephemeral ? YES : NO,
                text(word),
                text(publication.key() == null ? "-" : digest(publication)),
                text(Message.tag(publisher)),
                text(publication.block().length),
                Message.body(publication, millis)))
        .thenApply(
            answer -> {
              if (number(answer, 4) == 0) {
                tellFollowers(key);
              }
              return new Result(
                  string(answer, 0).charAt(0),
                  Long.parseLong(string(answer, 1)),
                  number(answer, 2),
                  number(answer, 3),
                  string(answer, 5),
                  answer.size() > 6 ? number(answer, 6) : 0);
            });
  }

  /** Adds transitions that one source has found, which were not added before. */
  CompletableFuture<Void> addEdges(
      String source, List<RedisEventLog.NumberedEdge> edges, long millis) {
    String key = LogKey.of(redis.prefix(), LogName.PRESENCE);
    var more = new ArrayList<byte[]>();
    more.add(text(source));
    more.add(text(Message.tag(new byte[0])));
    for (RedisEventLog.NumberedEdge edge : edges) {
      Publication publication = Publication.of(edge.event());
      more.add(text(edge.number()));
      more.add(text(publication.block().length));
      more.add(Message.body(publication, millis));
    }
    return redis
        .run(
            EDGES, List.of(key, key + ":keys"), args(LogName.PRESENCE, more.toArray(byte[][]::new)))
        .thenCompose(
            answer -> {
              if (number(answer, 0) == 0) {
                tellFollowers(key);
              }
              // Without a replica, presence goes on: all transitions would wait for the first one.
              return redis.replicated(key, string(answer, 1)).exceptionally(_ -> null);
            });
  }

  /** Completes when the replicas have an append; fails if they do not confirm it. */
  CompletableFuture<Void> replicated(LogName log, Result appended) {
    return redis.replicated(LogKey.of(redis.prefix(), log), appended.lineage());
  }

  /** The script could not, because the log is on its way to another primary. */
  private void tellFollowers(String key) {
    var _ = redis.publish(key, text("P 0 0 0"));
  }

  /** Reads the state only, and creates the log if there is none. */
  CompletableFuture<Contents> readHead(LogName log) {
    return read(log, text("head"), NO);
  }

  CompletableFuture<Contents> readAll(LogName log) {
    return read(log, text("all"), NO);
  }

  /** Reads what was appended after a sequence; no events if the epoch is another one. */
  CompletableFuture<Contents> readAfter(LogName log, long epoch, long sequence) {
    return read(log, text(sequence), text(epoch));
  }

  private CompletableFuture<Contents> read(LogName log, byte[] from, byte[] epoch) {
    String key = LogKey.of(redis.prefix(), log);
    return redis
        .run(READ, List.of(key, key + ":keys"), args(log, from, epoch))
        .thenApply(
            answer -> {
              var entries = new ArrayList<Message.Entry>(answer.size());
              for (Object entry : answer.subList(5, answer.size())) {
                entries.add(Message.Entry.parse((byte[]) entry, 0));
              }
              return new Contents(
                  Long.parseLong(string(answer, 0)),
                  number(answer, 1),
                  number(answer, 2),
                  previous(string(answer, 3)),
                  entries.size() == number(answer, 4),
                  entries);
            });
  }

  private static List<Previous> previous(String text) {
    var previous = new ArrayList<Previous>();
    if (!text.equals("-")) {
      for (String each : text.split(",", -1)) {
        int colon = each.indexOf(':');
        previous.add(
            new Previous(
                Long.parseLong(each.substring(0, colon)),
                Long.parseLong(each.substring(colon + 1))));
      }
    }
    return previous;
  }

  /** Forgets the events; the message says up to which. */
  CompletableFuture<Message> forget(LogName log) {
    String key = LogKey.of(redis.prefix(), log);
    return redis
        .run(FORGET, List.of(key, key + ":keys"), args(log))
        .thenCompose(
            answer -> {
              if (number(answer, 2) == 0) {
                tellFollowers(key);
              }
              long epoch = Long.parseLong(string(answer, 0));
              var message = new Message(Message.FORGOTTEN, epoch, 0, number(answer, 1), null);
              return redis.replicated(key, string(answer, 3)).thenApply(_ -> message);
            });
  }

  /** Begins another epoch, because positions after a sequence were assigned twice. */
  CompletableFuture<Void> rewind(LogName log, long epoch, long lastSequence) {
    String key = LogKey.of(redis.prefix(), log);
    return redis
        .run(REWIND, List.of(key, key + ":keys"), args(log, text(epoch), text(lastSequence)))
        .thenAccept(_ -> {});
  }

  /** What is kept of a log. */
  Retention retention(LogName log) {
    return switch (log) {
      case LogName.OfUser _ -> perUser;
      case LogName.Presence _ -> Retention.EDGES;
      case LogName.Broadcasts _, LogName.Tail _ -> broadcast;
    };
  }

  private byte[][] args(LogName log, byte[]... more) {
    Retention retention = retention(log);
    byte[][] common = {
      text(redis.sharded() ? "SPUBLISH" : "PUBLISH"),
      text(times.millis(clock.nanos())),
      text(ThreadLocalRandom.current().nextLong(1, EPOCHS)),
      text(retention.age().plus(LONGER_THAN_AGE).toMillis()),
      text(retention.events()),
      text(retention.bytes()),
      text(retention.age().toMillis()),
      text(Retention.GRACE.toMillis())
    };
    var all = new byte[common.length + more.length][];
    System.arraycopy(common, 0, all, 0, common.length);
    System.arraycopy(more, 0, all, common.length, more.length);
    return all;
  }

  private static byte[] text(long number) {
    return text(Long.toString(number));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String string(List<Object> answer, int index) {
    return new String((byte[]) answer.get(index), StandardCharsets.UTF_8);
  }

  private static long number(List<Object> answer, int index) {
    return (Long) answer.get(index);
  }

  /** Tells an event from others that are published under the same key. */
  private static String digest(Publication publication) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update((byte) (publication.event().ephemeral() ? 1 : 0));
      digest.update(text(publication.event().ttl().map(Duration::toNanos).orElse(-1L)));
      digest.update((byte) 0);
      byte[] block = publication.block();
      int trace = publication.traceLength(); // A retry has a trace of its own.
      digest.update(block, trace, block.length - trace);
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
