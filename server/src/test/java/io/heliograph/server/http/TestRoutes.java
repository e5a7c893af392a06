package io.heliograph.server.http;

import io.heliograph.server.auth.LocalTickets;
import io.heliograph.server.auth.Revocations;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.gate.Gate;
import io.heliograph.server.gate.Pages;
import io.heliograph.server.helidon.RequestDeadlines;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.limit.BodyMemory;
import io.heliograph.server.limit.ClientAddresses;
import io.heliograph.server.limit.ConnectionLimits;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.observe.RefusalLog;
import io.heliograph.server.presence.NodeDirectory;
import io.heliograph.server.request.Guards;
import io.heliograph.server.tail.Tails;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The table of routes, for tests that walk it. */
final class TestRoutes {

  private TestRoutes() {}

  static List<Routes.Route> table() {
    Duration span = Duration.ofSeconds(15);
    var kept = new Retention(1, 1, span);
    var clock = Clock.systemUTC();
    var limits = new StreamLimits(span, span, span, Optional.empty());
    try (var log = new MemoryEventLog(kept, kept, 1, NanoClock.SYSTEM);
        var hub = new Hub(log, limits, NanoClock.SYSTEM);
        var deadlines =
            new RequestDeadlines(
                new RequestDeadlines.Times(span, span, span), NanoClock.SYSTEM, _ -> {})) {
      var guards =
          new Guards(
              new ConnectionLimits(1, 1, OptionalInt.empty()),
              Optional.empty(),
              new ClientAddresses(List.of()),
              new BodyMemory(1 << 20),
              deadlines,
              new Metrics(),
              new RefusalLog(System::nanoTime));
      var gate =
          new Gate(
              Optional.empty(),
              new LocalTickets(span, clock),
              new Revocations(clock),
              Optional.empty(),
              new Pages(Set.of(), false, "localhost", true),
              clock,
              Optional.empty(),
              guards);
      return new Routes(
              hub,
              new NodeDirectory(hub),
              new Tails(hub, NanoClock.SYSTEM),
              guards,
              span,
              1,
              gate,
              true)
          .table();
    }
  }
}
