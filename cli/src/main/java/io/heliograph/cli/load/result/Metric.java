package io.heliograph.cli.load.result;

import java.util.Arrays;
import java.util.Optional;

/** Every figure of a run that is one number. The names are those of thresholds and of the JSON. */
public enum Metric {
  USERS_COUNT("users.count", "simulated users", Merge.SUM, Better.NEITHER),
  USERS_ABSENT(
      "users.absent", "normal users that were not connected at the end", Merge.SUM, Better.LESS),
  PUBLISH_PLANNED("publish.planned", "publishes that were due", Merge.SUM, Better.NEITHER),
  PUBLISH_ACCEPTED("publish.accepted", "answered 2xx", Merge.SUM, Better.NEITHER),
  PUBLISH_REJECTED(
      "publish.rejected", "refused, or no connection: surely not taken", Merge.SUM, Better.LESS),
  PUBLISH_REFUSED(
      "publish.refused",
      "answered with a status of 1xx, 3xx or 4xx: the server does not want them",
      Merge.SUM,
      Better.LESS),
  PUBLISH_INDETERMINATE("publish.indeterminate", "no answer: taken or not", Merge.SUM, Better.LESS),
  PUBLISH_DROPPED(
      "publish.dropped",
      "not begun within --max-lag, by this program's fault",
      Merge.SUM,
      Better.LESS),
  PUBLISH_UNSENT(
      "publish.unsent",
      "not begun within --max-lag because the server had not answered those before",
      Merge.SUM,
      Better.LESS),
  PUBLISH_RATE(
      "publish.rate", "accepted publishes a second, measured span", Merge.SUM, Better.MORE),
  DELIVERY_OWED(
      "delivery.owed", "deliveries that accepted publishes owe", Merge.SUM, Better.NEITHER),
  DELIVERY_SEEN("delivery.seen", "deliveries that were owed and came", Merge.SUM, Better.NEITHER),
  DELIVERY_RATE("delivery.rate", "deliveries a second, measured span", Merge.SUM, Better.MORE),
  DELIVERY_MISSED_AWAY(
      "delivery.missedAway",
      "published while a user was away whom the server cannot resume",
      Merge.SUM,
      Better.LESS),
  LOSS_SILENT("loss.silent", "owed, never seen, and nobody was told", Merge.SUM, Better.LESS),
  LOSS_ANNOUNCED(
      "loss.announced", "owed, never seen, and told by stream.gap", Merge.SUM, Better.LESS),
  LOSS_PENDING(
      "loss.pending",
      "owed to users that were absent, stalled or still reading at the end",
      Merge.SUM,
      Better.LESS),
  DUP_LIVE("dup.live", "the same event twice on one connection", Merge.SUM, Better.LESS),
  DUP_REPLAY("dup.replay", "an event again after a return", Merge.SUM, Better.LESS),
  ORDER_VIOLATIONS(
      "order.violations", "events behind later ones of the same log", Merge.SUM, Better.LESS),
  MISROUTED("misrouted", "events of one user seen by another", Merge.SUM, Better.LESS),
  CORRUPT("corrupt", "events not as they were sent", Merge.SUM, Better.LESS),
  OTHER_EVENTS("other.events", "events that this run did not send", Merge.SUM, Better.NEITHER),
  CONNECT_ATTEMPTS("connect.attempts", "attempts to open a stream", Merge.SUM, Better.NEITHER),
  CONNECT_OPENED("connect.opened", "streams that opened", Merge.SUM, Better.NEITHER),
  DISCONNECTS(
      "disconnects", "streams that ended though the plan did not cut them", Merge.SUM, Better.LESS),
  RECONNECT_COUNT(
      "reconnect.count", "returns of users after a cut or an end", Merge.SUM, Better.NEITHER),
  RECONNECT_WITHOUT_LOSS(
      "reconnect.resumedWithoutLoss",
      "share of returns that missed nothing silently",
      Merge.LEAST,
      Better.MORE),
  RECONNECT_PEAK("reconnect.peakRate", "most returns in one second", Merge.SUM, Better.NEITHER),
  RECONNECT_ATTEMPTS(
      "reconnect.attemptsPerSuccess",
      "attempts for each stream that opened",
      Merge.MOST,
      Better.LESS),
  GAPS("gaps", "times that a server told of a loss", Merge.SUM, Better.LESS),
  HEARTBEAT_MISSED(
      "heartbeat.missed", "heartbeats that were due and did not come", Merge.SUM, Better.LESS),
  SLOW_EVICTED(
      "slow.evicted",
      "streams of slow users that the server ended; who reads nothing does not notice",
      Merge.SUM,
      Better.NEITHER),
  ERRORS("errors", "failures of connections and publishes, of all kinds", Merge.SUM, Better.LESS),
  GENERATOR_CPU(
      "generator.cpu", "processors that this program used, mean", Merge.SUM, Better.NEITHER),
  GENERATOR_THREAD(
      "generator.busiestThread",
      "its busiest thread's share of a core over 5 s",
      Merge.MOST,
      Better.LESS),
  GENERATOR_PAUSE(
      "generator.gcPause", "longest pause of its garbage collector, ms", Merge.MOST, Better.LESS),
  GENERATOR_KIB(
      "generator.kibPerUser", "KiB of its process memory for each user", Merge.MOST, Better.LESS),
  MACHINE_LOAD(
      "machine.load", "load average when the measured span began", Merge.MOST, Better.NEITHER),
  SERVER_CPU("server.cpu", "processors that the server used, mean", Merge.MOST, Better.LESS),
  SERVER_CPU_DELIVERY(
      "server.cpuPerDelivery",
      "µs of the server's processors for each delivery",
      Merge.MOST,
      Better.LESS),
  SERVER_KIB(
      "server.kibPerConnection",
      "KiB of the server's memory for each stream, as the ramp grew it",
      Merge.MOST,
      Better.LESS),
  SERVER_RSS("server.rss", "MiB of the server's memory, most", Merge.MOST, Better.LESS),
  SERVER_CONNECTIONS(
      "server.connections", "streams, as the server counts them, most", Merge.MOST, Better.NEITHER),
  SERVER_DELIVERED(
      "server.delivered", "events written, as the server counts them", Merge.MOST, Better.NEITHER),
  SERVER_GAPS("server.gaps", "gaps that the server counts", Merge.MOST, Better.LESS),
  SERVER_REFUSALS("server.refusals", "requests that the server refused", Merge.MOST, Better.LESS),
  SERVER_WRITE_TIMEOUTS(
      "server.writeTimeouts",
      "streams that it closed because their reader did not read",
      Merge.MOST,
      Better.NEITHER),
  SERVER_LOGS("server.logs", "MiB of events that it kept, most", Merge.MOST, Better.LESS),
  SERVER_EVICTIONS(
      "server.logEvictions", "logs that it dropped for want of memory", Merge.MOST, Better.LESS),
  SERVER_HEAP("server.heap", "MiB of its heap in use, most", Merge.MOST, Better.LESS);

  /** How several shards make one figure. */
  public enum Merge {
    SUM,
    MOST,
    LEAST
  }

  /** Which way is better. */
  public enum Better {
    LESS,
    MORE,
    NEITHER
  }

  private final String label;
  private final String definition;
  private final Merge merge;
  private final Better better;

  Metric(String label, String definition, Merge merge, Better better) {
    this.label = label;
    this.definition = definition;
    this.merge = merge;
    this.better = better;
  }

  /** Such as {@code loss.silent}. */
  public String label() {
    return label;
  }

  /** What it counts, for a person. */
  public String definition() {
    return definition;
  }

  /** Whether it may be written in percent. */
  public boolean isShare() {
    return this == RECONNECT_WITHOUT_LOSS || this == GENERATOR_THREAD;
  }

  /** Which way is better. */
  /** Whether it is known only once the run is over. */
  public boolean isKnownAtEnd() {
    return switch (this) {
      case USERS_ABSENT,
          DELIVERY_OWED,
          DELIVERY_SEEN,
          DELIVERY_MISSED_AWAY,
          LOSS_SILENT,
          LOSS_ANNOUNCED,
          LOSS_PENDING,
          RECONNECT_WITHOUT_LOSS,
          SERVER_CPU,
          SERVER_CPU_DELIVERY ->
          true;
      default -> false;
    };
  }

  public Better better() {
    return better;
  }

  /** What two shards make together. */
  public double merged(double a, double b) {
    return switch (merge) {
      case SUM -> a + b;
      case MOST -> Math.max(a, b);
      case LEAST -> Math.min(a, b);
    };
  }

  /** The one of this name. */
  public static Optional<Metric> of(String label) {
    return Arrays.stream(values()).filter(metric -> metric.label.equals(label)).findFirst();
  }
}
