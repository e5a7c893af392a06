package io.heliograph.cli.simulate;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Settings for what people want to know most; options that are given win over them. */
enum Preset {
  idle(Map.of("users", "1000", "rate", "0/s", "duration", "30s")),
  steady(Map.of("users", "1000", "rate", "500/s", "duration", "30s")),
  fanout(Map.of("users", "1000", "rate", "0/s", "broadcast", "5/s", "duration", "30s")),
  burst(Map.of("users", "1000", "rate", "500/s", "arrivals", "burst", "duration", "30s")),
  churn(Map.of("users", "1000", "rate", "500/s", "churn", "2%/s", "duration", "30s")),
  slow_consumers(
      Map.of("users", "1000", "rate", "500/s", "slow", "5%", "stalled", "1%", "duration", "30s")),
  storm(Map.of("users", "1000", "rate", "500/s", "storm", "10s:100%:reset", "duration", "30s")),
  restart(Map.of("users", "1000", "rate", "500/s", "duration", "60s")),
  soak(Map.of("users", "1000", "rate", "200/s", "churn", "1%/m", "duration", "1h"));

  @SuppressWarnings("ImmutableEnumChecker") // Map.of makes maps that nobody can change.
  private final Map<String, String> settings;

  Preset(Map<String, String> settings) {
    this.settings = settings;
  }

  Map<String, String> settings() {
    return settings;
  }

  @Override
  public String toString() {
    return name().replace('_', '-');
  }

  static Optional<Preset> of(String name) {
    return Stream.of(values()).filter(preset -> preset.toString().equals(name)).findFirst();
  }
}
