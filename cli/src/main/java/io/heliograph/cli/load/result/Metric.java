package io.heliograph.cli.load.result;

import static io.heliograph.cli.load.result.Metric.Better.LESS;
import static io.heliograph.cli.load.result.Metric.Better.MORE;
import static io.heliograph.cli.load.result.Metric.Better.NEITHER;
import static io.heliograph.cli.load.result.Metric.Merge.LEAST;
import static io.heliograph.cli.load.result.Metric.Merge.MOST;
import static io.heliograph.cli.load.result.Metric.Merge.SUM;

import java.util.Arrays;
import java.util.Optional;

/** Every figure of a run that is one number. The names are those of thresholds and of the JSON. */
public enum Metric {
  USERS_COUNT("users.count", "simulated users", SUM, NEITHER),
  USERS_ABSENT(
      "users.absent", "users, except slow and stalled ones, that were not connected at the end"),
  PUBLISH_PLANNED("publish.planned", "publishes that were due", SUM, NEITHER),
  PUBLISH_ACCEPTED("publish.accepted", "publishes answered with 2xx", SUM, NEITHER),
  PUBLISH_REJECTED(
      "publish.rejected",
      "publishes that the server refused or that found no connection; none was accepted"),
  PUBLISH_REFUSED(
      "publish.refused", "publishes answered with 1xx, 3xx or 4xx: the server refuses them"),
  PUBLISH_INDETERMINATE(
      "publish.indeterminate", "publishes without an answer: accepted or not, nobody knows"),
  PUBLISH_DROPPED(
      "publish.dropped",
      "publishes not started within max-lag because the load generator was late"),
  PUBLISH_UNSENT(
      "publish.unsent",
      "publishes not started within max-lag because the server had not answered earlier ones"),
  PUBLISH_RATE("publish.rate", "accepted publishes per second in the measured span", SUM, MORE),
  DELIVERY_OWED("delivery.owed", "deliveries that follow from accepted publishes", SUM, NEITHER),
  DELIVERY_SEEN("delivery.seen", "owed deliveries that arrived", SUM, NEITHER),
  DELIVERY_RATE("delivery.rate", "deliveries per second in the measured span", SUM, MORE),
  DELIVERY_MISSED_AWAY(
      "delivery.missedAway",
      "events published while a user was away, on a server that cannot resume"),
  LOSS_SILENT("loss.silent", "owed events that never arrived and were not reported"),
  LOSS_ANNOUNCED(
      "loss.announced", "owed events that never arrived and were reported by stream.gap"),
  LOSS_PENDING(
      "loss.pending", "events owed to users that were absent, stalled or still reading at the end"),
  DUP_LIVE("dup.live", "events that arrived twice on one connection"),
  DUP_REPLAY("dup.replay", "events that arrived again after a reconnect"),
  ORDER_VIOLATIONS("order.violations", "events that arrived after later events of the same log"),
  MISROUTED("misrouted", "events of one user that another user received"),
  CORRUPT("corrupt", "events that arrived changed"),
  OTHER_EVENTS("other.events", "events that this run did not publish", SUM, NEITHER),
  CONNECT_ATTEMPTS("connect.attempts", "attempts to open a stream", SUM, NEITHER),
  CONNECT_OPENED("connect.opened", "streams that opened", SUM, NEITHER),
  DISCONNECTS("disconnects", "streams that ended although the plan did not cut them"),
  RECONNECT_COUNT(
      "reconnect.count", "reconnects of users after a cut or an end of the stream", SUM, NEITHER),
  RECONNECT_WITHOUT_LOSS(
      "reconnect.resumedWithoutLoss", "share of reconnects without silent loss", LEAST, MORE),
  RECONNECT_PEAK("reconnect.peakRate", "most reconnects in one second", SUM, NEITHER),
  RECONNECT_ATTEMPTS(
      "reconnect.attemptsPerSuccess", "connection attempts per opened stream", MOST, LESS),
  GAPS("gaps", "losses that the server reported"),
  HEARTBEAT_MISSED("heartbeat.missed", "heartbeats that were due and did not arrive"),
  SLOW_EVICTED(
      "slow.evicted",
      "streams of slow users that the server closed; stalled users cannot notice it",
      SUM,
      NEITHER),
  ERRORS("errors", "failed connections and publishes of all kinds"),
  GENERATOR_CPU(
      "generator.cpu", "processors that the load generator used, on average", SUM, NEITHER),
  GENERATOR_KIB("generator.kibPerUser", "its process memory per user in KiB", MOST, LESS),
  MACHINE_LOAD("machine.load", "load average at the start of the measured span", MOST, NEITHER),
  SERVER_CPU("server.cpu", "processors that the server used, on average", MOST, LESS),
  SERVER_CPU_DELIVERY(
      "server.cpuPerDelivery", "processor time of the server per delivery in µs", MOST, LESS),
  SERVER_KIB(
      "server.kibPerConnection",
      "growth of the server's memory during the ramp, per stream, in KiB",
      MOST,
      LESS),
  SERVER_RSS("server.rss", "highest memory of the server in MiB", MOST, LESS);

  /** How several shards make one figure. */
  public enum Merge {
    SUM,
    MOST,
    LEAST
  }

  public enum Better {
    LESS,
    MORE,
    NEITHER
  }

  private final String label;
  private final String definition;
  private final Merge merge;
  private final Better better;

  /** A count of something unwanted. */
  Metric(String label, String definition) {
    this(label, definition, SUM, LESS);
  }

  Metric(String label, String definition, Merge merge, Better better) {
    this.label = label;
    this.definition = definition;
    this.merge = merge;
    this.better = better;
  }

  public String label() {
    return label;
  }

  public String definition() {
    return definition;
  }

  /** Whether it may be written in percent. */
  public boolean isShare() {
    return this == RECONNECT_WITHOUT_LOSS;
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

  public static Optional<Metric> of(String label) {
    return Arrays.stream(values()).filter(metric -> metric.label.equals(label)).findFirst();
  }
}
