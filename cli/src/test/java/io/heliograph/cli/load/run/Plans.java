package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.Plan.Behaviour;
import io.heliograph.cli.load.plan.Plan.EngineKind;
import io.heliograph.cli.load.plan.Plan.Generator;
import io.heliograph.cli.load.plan.Plan.Load;
import io.heliograph.cli.load.plan.Plan.Span;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Threshold;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Small runs for tests; each method gives a changed copy. */
public record Plans(
    Target target,
    EngineKind engine,
    int users,
    Span span,
    Load load,
    Behaviour behaviour,
    Generator generator,
    List<Threshold> thresholds,
    @Nullable Path report) {
  /** 20 users, 200 events in 1 s, no warm-up; none is dropped, however busy this machine is. */
  public static Plans against(URI server) {
    return new Plans(
        Target.heliograph(server, List.of()),
        EngineKind.sdk,
        20,
        new Span(
            Duration.ofMillis(100), Duration.ZERO, Duration.ofSeconds(1), Duration.ofSeconds(5)),
        new Load(200, 0, 150, Plan.Arrivals.uniform),
        new Behaviour(0, Duration.ofMillis(200), 0, 0, 1000, List.of()),
        new Generator(List.of(), 16, Duration.ofMinutes(2), 0, 1),
        Threshold.defaults(true).stream().map(Threshold::parse).toList(),
        null);
  }

  public Plan plan() {
    return new Plan(
        "test", target, engine, users, 1, span, load, behaviour, generator, thresholds, 0, report);
  }

  public Plans users(int n) {
    return new Plans(target, engine, n, span, load, behaviour, generator, thresholds, report);
  }

  public Plans engine(EngineKind kind) {
    return new Plans(target, kind, users, span, load, behaviour, generator, thresholds, report);
  }

  Plans load(Load other) {
    return new Plans(target, engine, users, span, other, behaviour, generator, thresholds, report);
  }

  public Plans rate(double rate, double broadcasts) {
    return load(new Load(rate, broadcasts, load.size(), load.arrivals()));
  }

  Plans duration(Duration measure, Duration drain) {
    var other = new Span(span.ramp(), span.warmup(), measure, drain);
    return new Plans(target, engine, users, other, load, behaviour, generator, thresholds, report);
  }

  Plans behaviour(Behaviour other) {
    return new Plans(target, engine, users, span, load, other, generator, thresholds, report);
  }

  Plans churn(double perSecond) {
    var b = behaviour;
    return behaviour(
        new Behaviour(
            perSecond, b.offline(), b.slow(), b.stalled(), b.slowBytesPerSecond(), b.storms()));
  }

  Plans cohorts(double slow, double stalled) {
    var b = behaviour;
    return behaviour(
        new Behaviour(
            b.churnPerSecond(), b.offline(), slow, stalled, b.slowBytesPerSecond(), b.storms()));
  }

  Plans storms(Storm... storms) {
    var b = behaviour;
    return behaviour(
        new Behaviour(
            b.churnPerSecond(),
            b.offline(),
            b.slow(),
            b.stalled(),
            b.slowBytesPerSecond(),
            List.of(storms)));
  }

  Plans lanes(int lanes) {
    var g = generator;
    return new Plans(
        target,
        engine,
        users,
        span,
        load,
        behaviour,
        new Generator(g.sources(), lanes, g.maxLag(), g.shard(), g.shards()),
        thresholds,
        report);
  }

  Plans target(Target other) {
    return new Plans(other, engine, users, span, load, behaviour, generator, thresholds, report);
  }

  Plans report(Path directory) {
    return new Plans(
        target, engine, users, span, load, behaviour, generator, thresholds, directory);
  }

  public Summary run() throws Exception {
    return run(new CompletableFuture<>());
  }

  public Summary run(CompletableFuture<Outcome> stop) throws Exception {
    return new Simulation(plan(), new Unheard(), stop, Plans::calm).run();
  }

  /** As on a machine that has nothing else to do. */
  private static Verdict.Evidence calm(Verdict.Evidence noticed) {
    return new Verdict.Evidence(0, 0, noticed.droppedPublishes(), 0, 0, 0, 0, 0, 0);
  }

  private static final class Unheard implements RunObserver {
    @Override
    public void second(Status status) {}

    @Override
    public void trouble(String text) {}
  }
}
