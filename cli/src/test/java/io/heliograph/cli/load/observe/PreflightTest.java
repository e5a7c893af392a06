package io.heliograph.cli.load.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.Plan.Climb;
import io.heliograph.cli.load.run.Plans;
import java.net.URI;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class PreflightTest {
  private static final Plan MANY =
      Plans.against(URI.create("http://127.0.0.1:8080")).users(60_000).plan();

  @Test
  void whatIsTooSmallIsExplainedWithItsCure() {
    var small =
        new Limits(
            OptionalLong.of(20_000),
            OptionalLong.of(28_232),
            1 << 20,
            OptionalLong.of(1 << 24),
            OptionalLong.of(1024));

    assertThat(String.join("\n", Preflight.explained(MANY, Preflight.problems(MANY, small))))
        .isEqualTo(
            """
            sse-cli: this machine cannot hold 60,000 users of 127.0.0.1:8080
              ports   28,232 for each address (ip_local_port_range) from 1, 60,017 needed
                      → --set source-ip=127.0.0.1-127.0.0.3
                      → sysctl -w net.ipv4.ip_local_port_range="1025 65534"
              files   hard limit 20,000, 60,217 needed
                      → ulimit -Hn 60217   (as root)
                      → --shard 1/4, and the others on other machines
              memory  the heap may grow to 1,024 MiB, 2,812 MiB needed
                      → SSE_CLI_JAVA_OPTS=-Xmx3068m
              server  it may open 1,024 files, 60,017 connections are planned
                      → start it after  ulimit -n 61017\
            """);
  }

  @Test
  void aClimbIsLookedAtUpToItsLastStep() {
    Plan few = Plans.against(URI.create("http://127.0.0.1:8080")).users(1000).plan();
    var limits =
        new Limits(
            OptionalLong.of(20_000),
            OptionalLong.of(28_232),
            1 << 24,
            OptionalLong.empty(),
            OptionalLong.empty());

    Preflight.Reach users = Preflight.reach(few, Climb.users, 1000, 16, limits);
    assertThat(users.steps()).isEqualTo(5);
    assertThat(users.next()).isEqualTo(32_000);
    assertThat(String.join("\n", Preflight.explained(users)))
        .startsWith("the climb ends below 32,000 users")
        .contains("  ports   ", "  files   hard limit 20,000, 32,217 needed", "→ ulimit -Hn 32217");
    Preflight.Reach rate = Preflight.reach(few, Climb.rate, 1000, 16, limits);
    assertThat(rate.steps()).isEqualTo(16);
    assertThat(rate.problems()).isEmpty();
  }

  @Test
  void aClimbWithoutAnyLimitEndsWhereNumbersDo() {
    Plan few = Plans.against(URI.create("http://127.0.0.1:8080")).users(1 << 20).plan();
    var none =
        new Limits(
            OptionalLong.empty(),
            OptionalLong.empty(),
            Long.MAX_VALUE,
            OptionalLong.empty(),
            OptionalLong.empty());

    assertThat(Preflight.reach(few, Climb.users, 1 << 20, 16, none).steps()).isEqualTo(11);
  }

  @Test
  void whatTheSystemDoesNotTellIsNoProblem() {
    var unknown =
        new Limits(
            OptionalLong.empty(),
            OptionalLong.empty(),
            1 << 24,
            OptionalLong.empty(),
            OptionalLong.empty());

    assertThat(Preflight.problems(MANY, unknown)).isEmpty();
  }
}
