package io.heliograph.cli.load.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.plan.Plan;
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
            1 << 19,
            OptionalLong.of(1 << 24),
            OptionalLong.of(1024));

    assertThat(String.join("\n", Preflight.explained(MANY, Preflight.problems(MANY, small))))
        .isEqualTo(
            """
            this machine cannot hold 60,000 users of 127.0.0.1:8080
              ports   28,232 for each address (ip_local_port_range) from 1, 60,017 needed
                      → --set source-ip=127.0.0.1,127.0.0.2,127.0.0.3
                      → sysctl -w net.ipv4.ip_local_port_range="1025 65534"
              files   hard limit 20,000, 60,217 needed
                      → ulimit -Hn 60217   (as root)
                      → --shard 1/4, and the others on other machines
              memory  the heap may grow to 512 MiB, 1,875 MiB needed
                      → SSE_CLI_JAVA_OPTS=-Xmx2131m
                      → --set engine=raw
              server  it may open 1,024 files, 60,017 connections are planned
                      → start it after  ulimit -n 61017\
            """);
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
