package io.heliograph.client;

import java.net.URI;
import java.time.Duration;

/** Checks what callers pass in. */
final class Checks {
  private Checks() {}

  static Duration positive(String name, Duration span) {
    // OkHttp takes a zero for "no limit", the opposite of what it says.
    if (span.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(name + " is " + span + "; allowed: 1 ms or more");
    }
    return span;
  }

  static URI requireHttp(URI endpoint) {
    String scheme = endpoint.getScheme();
    if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException(
          "the endpoint is "
              + endpoint
              + "; allowed: an absolute http or https URL, such as http://localhost:8080");
    }
    return endpoint;
  }
}
