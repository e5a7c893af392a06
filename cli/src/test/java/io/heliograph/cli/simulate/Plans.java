package io.heliograph.cli.simulate;

import io.heliograph.cli.report.Summary;
import io.heliograph.cli.report.Threshold;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import io.heliograph.cli.simulate.SimulatePlan.EngineKind;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Small runs for tests; each method gives a changed copy. */
record Plans(SimulatePlan plan) {
  /** 20 users, 400 events a second, 2 s, no warm-up. */
  static Plans against(URI server) {
    return new Plans(
        new SimulatePlan(
            "test",
            Map.of(),
            Target.heliograph(server, List.of()),
            EngineKind.sdk,
            20,
            Duration.ofMillis(100),
            400,
            0,
            Duration.ZERO,
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            150,
            false,
            0,
            Duration.ofMillis(200),
            0,
            0,
            1000,
            List.of(),
            List.of(),
            0,
            1,
            null,
            1,
            16,
            Duration.ofSeconds(5),
            0,
            Threshold.DEFAULTS.stream().map(Threshold::parse).toList(),
            null));
  }

  Plans users(int users) {
    var p = plan;
    return with(
        p,
        p.engine(),
        users,
        p.rate(),
        p.broadcastRate(),
        p.duration(),
        p.drain(),
        p.churnPerSecond(),
        p.slow(),
        p.stalled(),
        p.storms(),
        p.lanes());
  }

  Plans engine(EngineKind engine) {
    var p = plan;
    return with(
        p,
        engine,
        p.users(),
        p.rate(),
        p.broadcastRate(),
        p.duration(),
        p.drain(),
        p.churnPerSecond(),
        p.slow(),
        p.stalled(),
        p.storms(),
        p.lanes());
  }

  Plans rate(double rate, double broadcasts) {
    var p = plan;
    return with(
        p,
        p.engine(),
        p.users(),
        rate,
        broadcasts,
        p.duration(),
        p.drain(),
        p.churnPerSecond(),
        p.slow(),
        p.stalled(),
        p.storms(),
        p.lanes());
  }

  Plans duration(Duration duration, Duration drain) {
    var p = plan;
    return with(
        p,
        p.engine(),
        p.users(),
        p.rate(),
        p.broadcastRate(),
        duration,
        drain,
        p.churnPerSecond(),
        p.slow(),
        p.stalled(),
        p.storms(),
        p.lanes());
  }

  Plans churn(double perSecond) {
    var p = plan;
    return with(
        p,
        p.engine(),
        p.users(),
        p.rate(),
        p.broadcastRate(),
        p.duration(),
        p.drain(),
        perSecond,
        p.slow(),
        p.stalled(),
        p.storms(),
        p.lanes());
  }

  Plans cohorts(double slow, double stalled) {
    var p = plan;
    return with(
        p,
        p.engine(),
        p.users(),
        p.rate(),
        p.broadcastRate(),
        p.duration(),
        p.drain(),
        p.churnPerSecond(),
        slow,
        stalled,
        p.storms(),
        p.lanes());
  }

  Plans storms(Storm... storms) {
    var p = plan;
    return with(
        p,
        p.engine(),
        p.users(),
        p.rate(),
        p.broadcastRate(),
        p.duration(),
        p.drain(),
        p.churnPerSecond(),
        p.slow(),
        p.stalled(),
        List.of(storms),
        p.lanes());
  }

  Plans lanes(int lanes) {
    var p = plan;
    return with(
        p,
        p.engine(),
        p.users(),
        p.rate(),
        p.broadcastRate(),
        p.duration(),
        p.drain(),
        p.churnPerSecond(),
        p.slow(),
        p.stalled(),
        p.storms(),
        lanes);
  }

  private static Plans with(
      SimulatePlan p,
      EngineKind engine,
      int users,
      double rate,
      double broadcasts,
      Duration duration,
      Duration drain,
      double churn,
      double slow,
      double stalled,
      List<Storm> storms,
      int lanes) {
    return new Plans(
        new SimulatePlan(
            p.name(),
            p.settings(),
            p.target(),
            engine,
            users,
            p.ramp(),
            rate,
            broadcasts,
            p.warmup(),
            duration,
            drain,
            p.size(),
            p.zipf(),
            churn,
            p.offline(),
            slow,
            stalled,
            p.slowBytesPerSecond(),
            storms,
            p.sources(),
            p.shard(),
            p.shards(),
            p.startAt(),
            p.seed(),
            lanes,
            p.maxLag(),
            p.serverPid(),
            p.thresholds(),
            p.report()));
  }

  Summary run() throws Exception {
    var shell =
        new Shell(
            new Terminals(false, false, false),
            Map.of(),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    var silent =
        new Progress() {
          @Override
          public void tick(Status status) {}

          @Override
          public void close() {}
        };
    return new Simulation(plan, shell.notices(), silent, new CompletableFuture<>()).run();
  }
}
