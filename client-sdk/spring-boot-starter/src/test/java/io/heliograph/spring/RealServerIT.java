package io.heliograph.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The program of {@link ProgramTest} on Spring Boot 4, with the packed server and its JWTs. */
@Timeout(180)
class RealServerIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void aProgramOutlivesARestartOfTheServer() throws Exception {
    assertThat(SpringBootVersion.getVersion()).startsWith("4.");
    RealServer first = RealServer.start(0, Jwts.SECRET);
    try (var context = run(first.uri())) {
      var program = context.getBean(ProgramTest.Program.class);
      await().atMost(PATIENCE).until(() -> ProgramTest.open(context) == 1);
      publish(context, "before");
      await().atMost(PATIENCE).until(() -> program.seen.contains("before"));

      first.close();
      await().atMost(PATIENCE).until(() -> ProgramTest.open(context) == 0);
      assertThat(ProgramTest.health(context)).isEqualTo("UP");
      assertThat(ProgramTest.details(context).get("orders")).isNotEqualTo("OPEN");

      try (var second = RealServer.start(first.uri().getPort(), Jwts.SECRET)) {
        assertThat(second.uri()).isEqualTo(first.uri());
        await().atMost(PATIENCE).until(() -> ProgramTest.open(context) == 1);
        publish(context, "after");
        await().atMost(PATIENCE).until(() -> program.seen.contains("after"));
        assertThat(ProgramTest.health(context)).isEqualTo("UP");
        assertThat(program.seen).containsExactly("before", "after");
        assertThat(published(context)).isEqualTo(2);
      }
    } finally {
      first.close();
    }
  }

  private ConfigurableApplicationContext run(URI server) {
    return new SpringApplicationBuilder(ProgramTest.Program.class)
        .web(WebApplicationType.NONE)
        .build()
        .run(
            "--heliograph.url=" + server,
            "--heliograph.positions=" + folder.resolve("positions"),
            "--spring.main.banner-mode=off");
  }

  private static void publish(ConfigurableApplicationContext context, String data)
      throws Exception {
    context.getBean(EventPublisher.class).publish("shop", NewEvent.text("order", data));
  }

  private static long published(ConfigurableApplicationContext context) {
    return context
        .getBean(MeterRegistry.class)
        .get("heliograph.client.publish")
        .tag("outcome", "accepted")
        .timer()
        .count();
  }
}
