package io.heliograph.server.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.reactor.Reactor;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Whatever a reader sends as its cursor is a place of its own that the log has, or a gap that is
 * told; the same on a stream that keeps its thread and on one that has left it. Without
 * JAZZER_FUZZ=1 only the inputs beside this class are tried.
 *
 * <p>An input may hold what no fuzzer guesses: {@code @} and {@code !} stand for the tags of two
 * users, {@code #} and {@code $} for the epochs of the first one's log and of the broadcasts.
 */
class CursorFuzzTest {

  private static final UserId ALICE = new UserId("alice");
  private static final UserId BOB = new UserId("bob");
  private static final int KEPT = 3;
  private static final int PUBLISHED = 5;
  private static final int BROADCAST = 2;
  private static final Retention RETENTION = new Retention(KEPT, 1 << 20, Duration.ofHours(24));
  private static final StreamLimits LIMITS =
      new StreamLimits(
          Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ofSeconds(30), Optional.empty());

  // As docs/protocol.md has it, read by other means than the server's.
  private static final String NUMBER = "(0|[1-9][0-9]{0,18})";
  private static final String EPOCH = "(0|[1-9a-z][0-9a-z]{0,12})";

  private static MemoryEventLog log;
  private static Hub hub;
  private static String alice;
  private static String bob;
  private static String userEpoch;
  private static String broadcastEpoch;

  @BeforeAll
  static void publish() {
    var nanos = new AtomicLong();
    log = new MemoryEventLog(RETENTION, RETENTION, 1 << 20, nanos::get);
    hub = new Hub(log, LIMITS, nanos::get);
    for (int i = 1; i <= PUBLISHED; i++) {
      // Older than what is safe from the bound on the count.
      nanos.addAndGet(Retention.GRACE.plusSeconds(1).toNanos());
      hub.publish(ALICE, Event.of("message", "own " + i));
    }
    for (int i = 1; i <= BROADCAST; i++) {
      hub.broadcast(Event.of("message", "all " + i));
    }
    alice = Cursor.at(ALICE).toString().substring(2);
    bob = Cursor.at(BOB).toString().substring(2);
    userEpoch = epoch(LogName.of(ALICE));
    broadcastEpoch = epoch(LogName.BROADCASTS);
  }

  @AfterAll
  static void close() {
    hub.close();
    log.close();
  }

  @FuzzTest(maxDuration = "10m")
  void aCursorIsAPlaceOfItsReaderOrAGapThatIsTold(byte[] input) throws Exception {
    String text =
        new String(input, UTF_8)
            .replace("@", alice)
            .replace("!", bob)
            .replace("#", userEpoch)
            .replace("$", broadcastEpoch);

    for (int logs = 0; logs <= 3; logs++) {
      isReadBackOrNotAtAll(text, logs);
    }
    for (boolean blocks : new boolean[] {true, false}) {
      var sink = new Told(blocks);
      var spec = new StreamSpec(ALICE, Optional.of(text), false, "", "");
      var ended = new CompletableFuture<CloseReason>();
      hub.open(spec, sink, () -> {}, (_, reason) -> ended.complete(reason));
      sink.leave();
      assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo(CloseReason.CLIENT_LEFT);
      assertThat(hub.connections().count()).isZero();
      assertThat(sink.told).as("blocks: %s, %s", blocks, text).isEqualTo(expected(text));
    }
  }

  private static void isReadBackOrNotAtAll(String text, int logs) {
    Optional<Cursor> cursor = Cursor.parse(text, ALICE, logs);
    if (cursor.isPresent()) {
      assertThat(cursor.get()).hasToString(text);
      assertThat(text).hasSizeLessThanOrEqualTo(Cursor.MAX_LENGTH).startsWith("1." + alice);
      assertThat(Cursor.parse(text, BOB, logs)).isEmpty();
      for (int i = 0; i < logs; i++) {
        assertThat(cursor.get().position(i).step()).isZero();
      }
    }
  }

  /** What the reader must be told: of each log the gap, if there is one, and what is still kept. */
  private static List<String> expected(String text) {
    Matcher matcher =
        Pattern.compile(
                "1\\." + alice + "\\." + EPOCH + "-" + NUMBER + "\\." + EPOCH + "-" + NUMBER)
            .matcher(text);
    boolean read = matcher.matches() && fitsLong(matcher);
    var gaps = new ArrayList<String>();
    var events = new ArrayList<String>();
    if (read) {
      ofLog("own ", matcher, 1, userEpoch, PUBLISHED - KEPT, PUBLISHED, gaps, events);
      ofLog("all ", matcher, 3, broadcastEpoch, 0, BROADCAST, gaps, events);
    } else {
      gaps.add("user UNKNOWN OptionalLong.empty");
      gaps.add("broadcast UNKNOWN OptionalLong.empty");
      addEvents("own ", PUBLISHED - KEPT, PUBLISHED, events);
      addEvents("all ", 0, BROADCAST, events);
    }
    var told = new ArrayList<String>();
    told.add("open " + (gaps.isEmpty() ? "RESUMED" : "GAP"));
    if (gaps.size() == 1) {
      told.add("gap " + gaps.getFirst());
    } else if (!gaps.isEmpty()) {
      // What was broadcast is all kept, so how much is lost of both is never known.
      boolean unknown = gaps.stream().anyMatch(gap -> gap.contains("UNKNOWN"));
      told.add("gap all " + (unknown ? "UNKNOWN" : "EPOCH") + " OptionalLong.empty");
    }
    told.addAll(events);
    told.add("live " + events.size());
    return told;
  }

  private static void ofLog(
      String word,
      Matcher matcher,
      int group,
      String epoch,
      int dropped,
      int head,
      List<String> gaps,
      List<String> events) {
    String log = word.equals("own ") ? "user" : "broadcast";
    var place = new BigInteger(matcher.group(group + 1));
    if (!matcher.group(group).equals(epoch)) {
      gaps.add(log + " EPOCH OptionalLong.empty");
    } else if (place.compareTo(BigInteger.valueOf(head)) > 0) {
      gaps.add(log + " UNKNOWN OptionalLong.empty");
    } else if (place.intValueExact() < dropped) {
      gaps.add(log + " EXPIRED OptionalLong[" + (dropped - place.intValueExact()) + "]");
    } else {
      addEvents(word, place.intValueExact(), head, events);
      return;
    }
    addEvents(word, dropped, head, events);
  }

  private static void addEvents(String word, int after, int head, List<String> events) {
    for (int i = after + 1; i <= head; i++) {
      events.add(word + i);
    }
  }

  private static boolean fitsLong(Matcher matcher) {
    BigInteger most = BigInteger.valueOf(Long.MAX_VALUE);
    return new BigInteger(matcher.group(1), 36).compareTo(most) <= 0
        && new BigInteger(matcher.group(2)).compareTo(most) <= 0
        && new BigInteger(matcher.group(3), 36).compareTo(most) <= 0
        && new BigInteger(matcher.group(4)).compareTo(most) <= 0;
  }

  private static String epoch(LogName name) {
    try (Follow follow = log.follow(name)) {
      Position head = follow.head();
      return Long.toString(head.epoch(), 36);
    }
  }

  /** A reader that takes everything and leaves. */
  private static final class Told extends SilentSink {
    private final List<String> told = new ArrayList<>();
    private final boolean blocks;
    private @Nullable Watcher watcher;
    private boolean closed;

    Told(boolean blocks) {
      this.blocks = blocks;
    }

    /** What the reactor reports of a peer; a sink that blocks reports it by itself. */
    void leave() {
      if (watcher != null) {
        watcher.left(CloseReason.CLIENT_LEFT);
      }
    }

    @Override
    public void event(StoredEvent event, Cursor after, boolean trace) {
      assertThat(Cursor.parse(after.toString(), ALICE, 2)).contains(after);
      String data = new String(event.block(), UTF_8).strip().substring("data: ".length());
      // Between the two logs no order is promised: one's own first, so that it is easy to say.
      told.add(
          data.startsWith("own ") ? firstAfter(at -> !at.startsWith("all ")) : told.size(), data);
    }

    /** Where what was told of this kind ends, from the second on. */
    private int firstAfter(Predicate<String> kind) {
      int at = 1;
      while (at < told.size() && kind.test(told.get(at))) {
        at++;
      }
      return at;
    }

    @Override
    public void control(Control control, String id) {
      // A place of the reader's own, or what it sent, which is none and is told as such.
      assertThat(id).matches("[0-9A-Za-z.~_-]{1,128}");
      switch (control) {
        case Control.Open open -> told.add("open " + open.mode());
        case Control.Gap(var logs, var reason, var lost) ->
            told.add("gap " + logs + " " + reason + " " + lost);
        case Control.Live live -> told.add("live " + live.replayed());
        default -> {}
      }
    }

    @Override
    public boolean blocks() {
      return blocks;
    }

    @Override
    public void watch(Reactor reactor, Watcher watcher) {
      if (!blocks) {
        this.watcher = watcher;
      }
    }

    @Override
    public void abort() {
      if (watcher != null && !closed) {
        closed = true;
        watcher.closed();
      }
    }
  }
}
