package io.heliograph.spring;

import static io.heliograph.spring.Jwts.jwt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.SseTestServer;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** A whole program with the starter and the actuator. The build runs it on Boot 3 and on Boot 4. */
@Timeout(60)
class ProgramTest {
  /** What a shop would write. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Program {
    final List<String> seen = new CopyOnWriteArrayList<>();

    // begin beans
    @Bean
    TokenProvider tokens() { // Called before each attempt; renew: the last token was refused.
      return renew -> jwt(renew ? Instant.now().plusSeconds(600) : Instant.EPOCH);
    }

    @Bean
    HeliographStream orders() {
      return new HeliographStream(
          StreamSpec.user("shop").named("orders"), event -> seen.add(event.data()));
    }

    // end

    @Bean
    HeliographCustomizer quick() {
      return new HeliographCustomizer() {
        @Override
        public void customize(SseClient.Builder builder) {
          builder.reconnect(ReconnectPolicy.exponential().first(Duration.ofMillis(10)));
        }
      };
    }
  }

  @TempDir Path folder;

  @Test
  void aRestartOfTheServerDisturbsNothingAndTheNextRunGoesOn() throws Exception {
    try (var server = SseTestServer.start(ProgramTest::answer)) {
      try (var context = run(server.uri())) {
        var program = context.getBean(Program.class);
        await().until(() -> program.seen.contains("after "));
        assertThat(health(context)).isEqualTo("UP");
        assertThat(details(context)).containsEntry("orders", "OPEN");
        assertThat(open(context)).isEqualTo(1);

        server.down();
        await().until(() -> open(context) == 0);
        assertThat(details(context).get("orders")).isNotEqualTo("OPEN");
        assertThat(health(context)).isEqualTo("UP");
        server.up();

        await().until(() -> program.seen.contains("after 1"));
        assertThat(details(context)).containsEntry("orders", "OPEN");
        assertThat(
                context
                    .getBean(EventPublisher.class)
                    .publish("alice", NewEvent.text("t", "x"))
                    .id())
            .isEqualTo("p-1");
        assertThat(
                context
                    .getBean(MeterRegistry.class)
                    .get("heliograph.client.publish")
                    .tag("outcome", "accepted")
                    .timer()
                    .count())
            .isEqualTo(1);
      }
      server.awaitConnections(0);

      try (var again = run(server.uri())) {
        var program = again.getBean(Program.class);
        await().until(() -> program.seen.contains("after 2"));
      }
    }
  }

  @Test
  void theProgramStartsWhileTheServerIsAway() throws Exception {
    try (var server = SseTestServer.start(ProgramTest::answer)) {
      server.down();
      try (var context = run(server.uri())) {
        var program = context.getBean(Program.class);
        assertThat(program.seen).isEmpty();
        assertThat(health(context)).isEqualTo("UP");
        server.up();
        await().until(() -> program.seen.contains("after "));
      }
    }
  }

  @Test
  void aStreamThatIsRefusedForGoodIsUnknownAndNotDown() throws Exception {
    try (var server = SseTestServer.start(exchange -> exchange.status(403, "no right"));
        var context = run(server.uri())) {
      await().until(() -> health(context).equals("UNKNOWN"));
      assertThat(details(context)).containsEntry("orders", "CLOSED, REFUSED");
    }
  }

  private static void answer(Exchange exchange) throws Exception {
    if (!Jwts.isValid(exchange.request().header("Authorization").orElse(""))) {
      exchange.status(401, "");
    } else if (exchange.request().method().equals("POST")) {
      exchange.status(202, "{\"id\":\"p-1\",\"connections\":0}");
    } else {
      String after = exchange.request().lastEventId();
      String next = after.isEmpty() ? "1" : Integer.toString(Integer.parseInt(after) + 1);
      exchange.open().event(next, "", "after " + after).silence();
    }
  }

  private ConfigurableApplicationContext run(URI server) {
    SpringApplication application =
        new SpringApplicationBuilder(Program.class).web(WebApplicationType.NONE).build();
    return application.run(
        "--heliograph.url=" + server,
        "--heliograph.positions=" + folder.resolve("positions"),
        "--spring.main.banner-mode=off");
  }

  static double open(ConfigurableApplicationContext context) {
    return context
        .getBean(MeterRegistry.class)
        .get("heliograph.client.streams.open")
        .gauge()
        .value();
  }

  // By reflection, because the interfaces of Boot 3 and Boot 4 are in different packages.
  private static Object healthOf(ConfigurableApplicationContext context) throws Exception {
    Object indicator = context.getBean("heliographHealthIndicator");
    return indicator.getClass().getInterfaces()[0].getMethod("health").invoke(indicator);
  }

  static String health(ConfigurableApplicationContext context) throws Exception {
    Object health = healthOf(context);
    return String.valueOf(health.getClass().getMethod("getStatus").invoke(health));
  }

  @SuppressWarnings("unchecked") // Of health's own declaration.
  static Map<String, Object> details(ConfigurableApplicationContext context) throws Exception {
    Object health = healthOf(context);
    return (Map<String, Object>) health.getClass().getMethod("getDetails").invoke(health);
  }
}
