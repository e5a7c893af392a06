package io.heliograph.cli.publish;

import io.heliograph.client.NewEvent;
import java.util.List;
import java.util.stream.LongStream;

/** The same event again and again. */
final class Repeated implements Source {
  private final NewEvent event;
  private final long count;
  private long given;

  Repeated(NewEvent event, long count) {
    this.event = event;
    this.count = count;
  }

  @Override
  public List<Item> next(int atMost) {
    long from = given;
    given = Math.min(count, from + atMost);
    return LongStream.rangeClosed(from + 1, given).mapToObj(n -> new Item(n, event)).toList();
  }

  @Override
  public String unit() {
    return "event";
  }
}
