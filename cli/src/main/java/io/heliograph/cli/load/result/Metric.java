package io.heliograph.cli.load.result;

import java.util.Arrays;
import java.util.Optional;

/** Every figure of a run that is one number. The names are those of thresholds and of the JSON. */
public enum Metric {
  USERS_COUNT("users.count", "simulated users", Merge.SUM, Better.NEITHER),
  USERS_ABSENT(
      "users.absent",
      "users, except slow and stalled ones, that were not connected at the end",
      Merge.SUM,
      Better.LESS),
  PUBLISH_PLANNED("publish.planned", "publishes that were due", Merge.SUM, Better.NEITHER),
  PUBLISH_ACCEPTED("publish.accepted", "publishes answered with 2xx", Merge.SUM, Better.NEITHER),
  PUBLISH_REJECTED(
      "publish.rejected",
      "publishes that the server refused or that found no connection; none was accepted",
      Merge.SUM,
      Better.LESS),
  PUBLISH_REFUSED(
      "publish.refused",
      "publishes answered with 1xx, 3xx or 4xx: the server refuses them",
      Merge.SUM,
      Better.LESS),
  PUBLISH_INDETERMINATE(
      "publish.indeterminate",
      "publishes without an answer: accepted or not, nobody knows",
      Merge.SUM,
      Better.LESS),
  PUBLISH_DROPPED(
      "publish.dropped",
      "publishes not started within --max-lag because the load generator was late",
      Merge.SUM,
      Better.LESS),
  PUBLISH_UNSENT(
      "publish.unsent",
      "publishes not started within --max-lag because the server had not answered earlier ones",
      Merge.SUM,
      Better.LESS),
  PUBLISH_RATE(
      "publish.rate", "accepted publishes per second in the measured span", Merge.SUM, Better.MORE),
  DELIVERY_OWED(
      "delivery.owed", "deliveries that follow from accepted publishes", Merge.SUM, Better.NEITHER),
  DELIVERY_SEEN("delivery.seen", "owed deliveries that arrived", Merge.SUM, Better.NEITHER),
  DELIVERY_RATE(
      "delivery.rate", "deliveries per second in the measured span", Merge.SUM, Better.MORE),
  DELIVERY_MISSED_AWAY(
      "delivery.missedAway",
      "events published while a user was away, on a server that cannot resume",
      Merge.SUM,
      Better.LESS),
  LOSS_SILENT(
      "loss.silent",
      "owed events that never arrived and were not reported",
      Merge.SUM,
      Better.LESS),
  LOSS_ANNOUNCED(
      "loss.announced",
      "owed events that never arrived and were reported by stream.gap",
      Merge.SUM,
      Better.LESS),
  LOSS_PENDING(
      "loss.pending",
      "events owed to users that were absent, stalled or still reading at the end",
      Merge.SUM,
      Better.LESS),
  DUP_LIVE("dup.live", "events that arrived twice on one connection", Merge.SUM, Better.LESS),
  DUP_REPLAY("dup.replay", "events that arrived again after a reconnect", Merge.SUM, Better.LESS),
  ORDER_VIOLATIONS(
      "order.violations",
      "events that arrived after later events of the same log",
      Merge.SUM,
      Better.LESS),
  MISROUTED("misrouted", "events of one user that another user received", Merge.SUM, Better.LESS),
  CORRUPT("corrupt", "events that arrived changed", Merge.SUM, Better.LESS),
  OTHER_EVENTS("other.events", "events that this run did not publish", Merge.SUM, Better.NEITHER),
  CONNECT_ATTEMPTS("connect.attempts", "attempts to open a stream", Merge.SUM, Better.NEITHER),
  CONNECT_OPENED("connect.opened", "streams that opened", Merge.SUM, Better.NEITHER),
  DISCONNECTS(
      "disconnects",
      "streams that ended although the plan did not cut them",
      Merge.SUM,
      Better.LESS),
  RECONNECT_COUNT(
      "reconnect.count",
      "reconnects of users after a cut or an end of the stream",
      Merge.SUM,
      Better.NEITHER),
  RECONNECT_WITHOUT_LOSS(
      "reconnect.resumedWithoutLoss",
      "share of reconnects without silent loss",
      Merge.LEAST,
      Better.MORE),
  RECONNECT_PEAK("reconnect.peakRate", "most reconnects in one second", Merge.SUM, Better.NEITHER),
  RECONNECT_ATTEMPTS(
      "reconnect.attemptsPerSuccess",
      "connection attempts per opened stream",
      Merge.MOST,
      Better.LESS),
  GAPS("gaps", "losses that the server reported", Merge.SUM, Better.LESS),
  HEARTBEAT_MISSED(
      "heartbeat.missed", "heartbeats that were due and did not arrive", Merge.SUM, Better.LESS),
  SLOW_EVICTED(
      "slow.evicted",
      "streams of slow users that the server closed; stalled users cannot notice it",
      Merge.SUM,
      Better.NEITHER),
  ERRORS("errors", "failed connections and publishes of all kinds", Merge.SUM, Better.LESS),
  GENERATOR_CPU(
      "generator.cpu",
      "processors that the load generator used, on average",
      Merge.SUM,
      Better.NEITHER),
  GENERATOR_THREAD(
      "generator.busiestThread",
      "share of a core that its busiest thread used over 5 s",
      Merge.MOST,
      Better.LESS),
  GENERATOR_PAUSE(
      "generator.gcPause", "longest pause of its garbage collector in ms", Merge.MOST, Better.LESS),
  GENERATOR_KIB(
      "generator.kibPerUser", "its process memory per user in KiB", Merge.MOST, Better.LESS),
  MACHINE_LOAD(
      "machine.load", "load average at the start of the measured span", Merge.MOST, Better.NEITHER),
  SERVER_CPU("server.cpu", "processors that the server used, on average", Merge.MOST, Better.LESS),
  SERVER_CPU_DELIVERY(
      "server.cpuPerDelivery",
      "processor time of the server per delivery in µs",
      Merge.MOST,
      Better.LESS),
  SERVER_KIB(
      "server.kibPerConnection",
      "growth of the server's memory during the ramp, per stream, in KiB",
      Merge.MOST,
      Better.LESS),
  SERVER_RSS("server.rss", "highest memory of the server in MiB", Merge.MOST, Better.LESS),
  SERVER_CONNECTIONS(
      "server.connections", "most open streams, by the server's count", Merge.MOST, Better.NEITHER),
  SERVER_DELIVERED(
      "server.delivered", "events written, by the server's count", Merge.MOST, Better.NEITHER),
  SERVER_GAPS("server.gaps", "gaps, by the server's count", Merge.MOST, Better.LESS),
  SERVER_REFUSALS(
      "server.refusals", "refused requests, by the server's count", Merge.MOST, Better.LESS),
  SERVER_WRITE_TIMEOUTS(
      "server.writeTimeouts",
      "streams closed because the client did not read, by the server's count",
      Merge.MOST,
      Better.NEITHER),
  SERVER_LOGS("server.logs", "highest memory of its event logs in MiB", Merge.MOST, Better.LESS),
  SERVER_EVICTIONS(
      "server.logEvictions",
      "event logs that it evicted for lack of memory",
      Merge.MOST,
      Better.LESS),
  SERVER_HEAP("server.heap", "highest heap use in MiB", Merge.MOST, Better.LESS);

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

  /** Which way is better. */
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
