package io.heliograph.server.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one reader should have got, by all that was accepted: each event once and in its log's
 * order, or a gap that told its loss before any id moved past it.
 */
final class Ledger {

  static final int USER = 0;
  static final int BROADCAST = 1;

  // Kept in any case, by the bounds of the test's server.
  private static final long NEVER_LOST = 70;

  private static final Pattern CURSOR =
      Pattern.compile("1\\.[0-9a-z]+\\.([0-9a-z]+)-(\\d+)\\.([0-9a-z]+)-(\\d+)");
  private static final Pattern GAP =
      Pattern.compile(
          "\\{\"log\":\"(user|broadcast|all)\",\"reason\":\"([a-z]+)\",\"lost\":(\\d+|null)}");

  private record Place(int log, long sequence) {}

  // By what an event's data begins with, which no two have in common.
  private final Map<String, Place> accepted = new HashMap<>();
  private final TreeMap<Long, String>[] wanted = logs();
  private final long[] heads = new long[2];

  private boolean opened;
  private final String[] epochs = {"", ""};
  private final long[] told = new long[2];
  private int gapsBeforeLive;
  private int events;
  private int gaps;

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static TreeMap<Long, String>[] logs() {
    return new TreeMap[] {new TreeMap<>(), new TreeMap<>()};
  }

  int events() {
    return events;
  }

  int gaps() {
    return gaps;
  }

  /** An event was accepted. */
  void accept(int log, Position position, String name, boolean isWanted) {
    accepted.put(name, new Place(log, position.sequence()));
    heads[log] = position.sequence();
    if (isWanted) {
      wanted[log].put(position.sequence(), name);
    }
  }

  /** The server began anew: what was not told yet must be told as a gap. */
  void restart() {
    accepted.clear();
    for (int log = 0; log < 2; log++) {
      wanted[log].clear();
      heads[log] = 0;
    }
  }

  /**
   * The next event that the reader was given.
   *
   * @param sent with what cursor it came
   * @param undisturbed whether nothing was published between its coming and its being live
   */
  void check(CutReader.Block block, Optional<String> sent, boolean undisturbed) {
    assertThat(block.id()).as("%s", block).isNotNull();
    String blockId = String.valueOf(block.id());
    Matcher cursor = CURSOR.matcher(blockId);
    assertThat(cursor.matches()).as(blockId).isTrue();
    long[] places = {Long.parseLong(cursor.group(2)), Long.parseLong(cursor.group(4))};
    String[] theirs = {cursor.group(1), cursor.group(3)};
    switch (block.type()) {
      case "stream.open" -> open(block, sent, blockId, places, theirs);
      case "stream.gap" -> gap(block, places, theirs);
      case "stream.live" -> {
        if (undisturbed) {
          assertThat(gapsBeforeLive).as("gaps told at one return").isLessThanOrEqualTo(1);
        }
      }
      case "stream.position", "stream.closing", "stream.heartbeat" -> {}
      case "w.ephemeral" -> {} // Its id is where the reader was, or behind what was filtered.
      default -> event(block, places);
    }
    assertThat(theirs).as("epochs of %s", block).isEqualTo(epochs);
    for (int log = 0; log < 2; log++) {
      assertThat(places[log]).as("goes back: %s", block).isGreaterThanOrEqualTo(told[log]);
      // The rule of all rules: no id moves past what was neither given nor told.
      assertThat(wanted[log].subMap(told[log], false, places[log], true))
          .as("lost without a word by %s", block)
          .isEmpty();
      told[log] = places[log];
    }
  }

  private void open(
      CutReader.Block block,
      Optional<String> sent,
      String blockId,
      long[] places,
      String[] theirs) {
    gapsBeforeLive = 0;
    if (sent.isEmpty()) {
      assertThat(opened).as("comes back without a cursor").isFalse();
      assertThat(block.data()).contains("\"mode\":\"fresh\"");
      System.arraycopy(places, 0, told, 0, 2);
      System.arraycopy(theirs, 0, epochs, 0, 2);
      opened = true;
    } else {
      assertThat(block.data()).doesNotContain("\"mode\":\"fresh\"");
      assertThat(blockId).as("the cursor that was sent").isEqualTo(sent.get());
    }
  }

  private void gap(CutReader.Block block, long[] places, String[] theirs) {
    gaps++;
    gapsBeforeLive++;
    Matcher gap = GAP.matcher(block.data());
    assertThat(gap.matches()).as(block.data()).isTrue();
    if (gap.group(2).equals("epoch")) {
      assertThat(gap.group(1)).isEqualTo("all");
      assertThat(gap.group(3)).isEqualTo("null");
      assertThat(theirs).as("new epochs").doesNotContain(epochs);
      System.arraycopy(theirs, 0, epochs, 0, 2);
      System.arraycopy(places, 0, told, 0, 2);
      return;
    }
    assertThat(gap.group(2)).isEqualTo("expired");
    long lost = 0;
    for (int log = 0; log < 2; log++) {
      if (gap.group(1).equals("all") || gap.group(1).equals(log == USER ? "user" : "broadcast")) {
        assertThat(heads[log] - told[log]).as("a gap that is none").isGreaterThan(NEVER_LOST);
        lost += places[log] - told[log];
        told[log] = places[log];
      }
    }
    assertThat(gap.group(3)).isEqualTo(Long.toString(lost));
  }

  private void event(CutReader.Block block, long[] places) {
    events++;
    String name = block.data().substring(0, block.data().indexOf(' '));
    Place place = accepted.get(name);
    assertThat(place).as("never accepted, or before the restart: %s", block).isNotNull();
    assertThat(wanted[place.log()]).as("not asked for: %s", block).containsKey(place.sequence());
    assertThat(place.sequence()).as("twice: %s", block).isGreaterThan(told[place.log()]);
    assertThat(places[place.log()]).isEqualTo(place.sequence());
    assertThat(wanted[place.log()].subMap(told[place.log()], false, place.sequence(), false))
        .as("lost before %s", block)
        .isEmpty();
    told[place.log()] = place.sequence();
  }

  /** All that was accepted is accounted for. */
  void checkComplete() {
    for (int log = 0; log < 2; log++) {
      assertThat(wanted[log].tailMap(told[log], false)).as("never given").isEmpty();
    }
  }
}
