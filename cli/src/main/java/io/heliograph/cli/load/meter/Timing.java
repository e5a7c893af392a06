package io.heliograph.cli.load.meter;

/**
 * What is measured as a span, in µs. The names are those of thresholds, of the JSON and of the
 * histogram log's tags.
 */
public enum Timing {
  CONNECT_TCP("connect.tcp", "from when a connection was due until its socket was connected"),
  CONNECT_OPEN(
      "connect.open", "from when a connection was due until the headers of its 200 arrived"),
  CONNECT_READY(
      "connect.ready",
      "from when a connection was due until stream.live, or until the last missed event"),
  PUBLISH_ACK("publish.ack", "from when a publish was due until the server accepted it"),
  DELIVERY_LIVE(
      "delivery.live", "from when a publish was due until a connected user received the event"),
  DELIVERY_UNCORRECTED(
      "delivery.uncorrected",
      "the same from when the publish started: hides the delay that a slow publish causes"),
  DELIVERY_REPLAY(
      "delivery.replay",
      "from when a publish was due until a reconnected user received the event, before"
          + " stream.live"),
  DELIVERY_SLOW("delivery.slow", "delivery.live of users that read slowly"),
  RECONNECT_DETECT("reconnect.detect", "from a cut until the client noticed it"),
  RECONNECT_WAIT("reconnect.wait", "from noticing a cut to the next attempt"),
  RECONNECT_OPEN("reconnect.open", "from the last attempt until the headers of its 200 arrived"),
  RECONNECT_CATCHUP(
      "reconnect.catchup", "from the 200 until stream.live, or until the last missed event"),
  RECONNECT_TOTAL("reconnect.total", "from a cut until all missed events had arrived"),
  HEARTBEAT_GAP("heartbeat.gap", "silence before a heartbeat"),
  GENERATOR_LAG("generator.lag", "how late the load generator started a publish that could start"),
  GENERATOR_HICCUP(
      "generator.hiccup", "how much longer than requested a thread of the load generator slept");

  private final String label;
  private final String definition;

  Timing(String label, String definition) {
    this.label = label;
    this.definition = definition;
  }

  public String label() {
    return label;
  }

  public String definition() {
    return definition;
  }
}
