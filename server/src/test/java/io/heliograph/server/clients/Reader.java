package io.heliograph.server.clients;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * One stream of a client, with what was accepted for its user and what it said of it. Thread-safe.
 */
final class Reader {

  /** What the client passed on to its application. */
  record Event(String id, String type, String data) {}

  private final RealClient client;
  private final String name;
  private final List<String> accepted = new CopyOnWriteArrayList<>();
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private volatile String ended = "";
  private volatile int requestsAtEnd;

  Reader(RealClient client, String scenario) {
    this.client = client;
    this.name = client.program().id() + "-" + scenario;
  }

  RealClient client() {
    return client;
  }

  /** The stream's name, which is also its user's. */
  String name() {
    return name;
  }

  void report(String[] fields) {
    if (fields[1].equals("ended")) {
      ended = fields[2];
    } else {
      events.add(
          new Event(fields[2], fields[3], URLDecoder.decode(fields[4], StandardCharsets.UTF_8)));
    }
  }

  void accepted(String data) {
    accepted.add(data);
  }

  int countOfAccepted() {
    return accepted.size();
  }

  int countOf(String type) {
    return (int) events.stream().filter(event -> event.type().equals(type)).count();
  }

  boolean hasEnded() {
    return !ended.isEmpty();
  }

  private List<String> delivered() {
    return events.stream()
        .filter(event -> !event.type().startsWith("stream."))
        .map(Event::data)
        .toList();
  }

  boolean hasAllAccepted() {
    return delivered().containsAll(accepted);
  }

  boolean hasAsManyAsAccepted() {
    return delivered().size() >= accepted.size();
  }

  /** Remembers how many streams it had asked for when it was sent away for good. */
  void endsAfter(int requests) {
    requestsAtEnd = requests;
  }

  int requestsAtEnd() {
    return requestsAtEnd;
  }

  /** Waits until it holds; whether it did in time. */
  boolean await(int seconds, Predicate<Reader> condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.test(this)) {
      if (System.nanoTime() > until) {
        return false;
      }
      Thread.sleep(20); // Its process tells what it wants when it wants.
    }
    return true;
  }

  /** Whether the application sees the data that was published. */
  String verdictOnContent() {
    var delivered = delivered();
    if (delivered.size() != accepted.size()) {
      return verdict();
    }
    long changed =
        IntStream.range(0, accepted.size())
            .filter(i -> !accepted.get(i).equals(delivered.get(i)))
            .count();
    return changed == 0 ? "exact" : changed + " of " + accepted.size() + " changed";
  }

  /** The oracle: every accepted event once, in order; or a gap was told. */
  String verdict() {
    var delivered = delivered();
    long lost = accepted.stream().filter(data -> !delivered.contains(data)).count();
    long twice = delivered.size() - delivered.stream().distinct().count();
    long strange = delivered.stream().distinct().filter(data -> !accepted.contains(data)).count();
    int gaps = countOf("stream.gap");
    var words = new StringBuilder();
    if (lost > 0) {
      words.append(lost).append(" of ").append(accepted.size()).append(" lost, ");
    }
    if (twice > 0) {
      words.append(twice).append(" twice, ");
    }
    if (strange > 0) {
      words.append(strange).append(" corrupt, ");
    }
    if (words.isEmpty() && !delivered.equals(List.copyOf(accepted))) {
      words.append("out of order, ");
    }
    if (gaps > 0) {
      words.append(gaps == 1 ? "one gap" : gaps + " gaps");
    } else {
      words.append(words.isEmpty() ? "exact" : "no gap");
    }
    return words.toString();
  }

  /** All that it said, for whoever looks for a fault. */
  @Override
  public String toString() {
    return name + " accepted " + accepted + " said " + events + " ended " + ended;
  }
}
