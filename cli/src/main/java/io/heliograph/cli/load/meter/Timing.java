package io.heliograph.cli.load.meter;

import java.util.Locale;

/**
 * What is measured as a span, in µs. The names are those of thresholds, of the JSON and of the
 * histogram log's tags.
 */
public enum Timing {
  CONNECT_TCP("connect.tcp", "a connection was due → the socket is connected"),
  CONNECT_OPEN("connect.open", "a connection was due → 200 and its head"),
  CONNECT_READY(
      "connect.ready",
      "a connection was due → stream.live, or what was missed, where there is none"),
  PUBLISH_ACK("publish.ack", "a publish was due → it is accepted"),
  DELIVERY_LIVE("delivery.live", "a publish was due → a normal user that was connected has it"),
  DELIVERY_UNCORRECTED(
      "delivery.uncorrected",
      "the same from when the publish was really begun: hides what a slow publish kept waiting"),
  DELIVERY_REPLAY(
      "delivery.replay", "a publish was due → a user that came back has it, before stream.live"),
  DELIVERY_SLOW("delivery.slow", "the same as delivery.live for users that read slowly"),
  RECONNECT_DETECT("reconnect.detect", "cut → the client knows"),
  RECONNECT_WAIT("reconnect.wait", "the client knows → its next attempt"),
  RECONNECT_OPEN("reconnect.open", "the last attempt begins → 200 and its head"),
  RECONNECT_CATCHUP(
      "reconnect.catchup", "200 → stream.live, or the last that was missed where there is none"),
  RECONNECT_TOTAL("reconnect.total", "cut → all that was missed is there"),
  HEARTBEAT_GAP("heartbeat.gap", "silence that a heartbeat ended"),
  GENERATOR_LAG("generator.lag", "a publish could begin → it began; this program's own fault"),
  GENERATOR_HICCUP("generator.hiccup", "how much longer than asked a thread of this program slept");

  private final String label;
  private final String definition;

  Timing(String label, String definition) {
    this.label = label;
    this.definition = definition;
  }

  /** Such as {@code delivery.live}. */
  public String label() {
    return label;
  }

  /** From what to what, for a person. */
  public String definition() {
    return definition;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
