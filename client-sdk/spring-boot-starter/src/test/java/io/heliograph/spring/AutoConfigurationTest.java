package io.heliograph.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.ClientObserver;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.ResumeStore;
import io.heliograph.client.SseClient;
import io.heliograph.client.micrometer.MicrometerObserver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Which beans there are. The build runs it on Boot 3 and on Boot 4. */
class AutoConfigurationTest {
  private final ApplicationContextRunner none =
      new ApplicationContextRunner()
          .withConfiguration(AutoConfigurations.of(HeliographAutoConfiguration.class));
  private final ApplicationContextRunner runner =
      none.withPropertyValues("heliograph.url=http://localhost:1");

  @TempDir Path folder;

  @Test
  void theClassPathHasTheBootThatTheBuildMeans() {
    assertThat(SpringBootVersion.getVersion()).isEqualTo(System.getProperty("expected.boot"));
  }

  @Test
  void withoutAUrlThereAreNoBeans() {
    none.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(SseClient.class));
  }

  @Test
  void aUrlBringsTheClients() {
    runner.run(
        context ->
            assertThat(context)
                .hasSingleBean(SseClient.class)
                .hasSingleBean(EventPublisher.class)
                .hasSingleBean(HeliographApi.class)
                .hasSingleBean(HeliographStreams.class)
                .hasBean("heliographHealthIndicator")
                .doesNotHaveBean(ResumeStore.class)
                .doesNotHaveBean(ClientObserver.class));
  }

  @Test
  void aWrongUrlSaysWhatIsAllowed() {
    none.withPropertyValues("heliograph.url=localhost:8080")
        .run(
            context ->
                assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("http"));
  }

  @Test
  void theProgramsOwnBeansWin() {
    try (SseClient mine = SseClient.create(java.net.URI.create("http://localhost:2"))) {
      runner
          .withBean("mine", SseClient.class, () -> mine)
          .run(context -> assertThat(context.getBean(SseClient.class)).isSameAs(mine));
    }
  }

  @Test
  void aFileOfPositionsIsOpenedAndLeftAgain() {
    ApplicationContextRunner resuming =
        runner.withPropertyValues("heliograph.positions=" + folder.resolve("positions"));
    resuming.run(context -> assertThat(context).hasSingleBean(ResumeStore.class));
    // It is locked while it is open.
    resuming.run(context -> assertThat(context).hasNotFailed().hasSingleBean(ResumeStore.class));
  }

  @Test
  void aRegistryBringsTheObserver() {
    runner
        .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
        .run(
            context -> {
              assertThat(context).hasSingleBean(MicrometerObserver.class);
              assertThat(
                      context
                          .getBean(MeterRegistry.class)
                          .get("heliograph.client.streams.open")
                          .gauge()
                          .value())
                  .isZero();
            });
  }

  @Test
  void neitherMicrometerNorTheActuatorIsNeeded() {
    runner
        .withClassLoader(
            new FilteredClassLoader(
                "io.micrometer",
                "io.heliograph.client.micrometer",
                "org.springframework.boot.actuate",
                "org.springframework.boot.health"))
        .run(
            context ->
                assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(SseClient.class)
                    .doesNotHaveBean("heliographHealthIndicator"));
  }

  @Test
  void healthCanBeSwitchedOff() {
    runner
        .withPropertyValues("management.health.heliograph.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean("heliographHealthIndicator"));
  }

  @Test
  void theMetadataListsEachProperty() throws Exception {
    try (var in =
        HeliographProperties.class.getResourceAsStream(
            "/META-INF/spring-configuration-metadata.json")) {
      String metadata = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(
              Stream.of(HeliographProperties.class.getRecordComponents())
                  .map(RecordComponent::getName))
          .isNotEmpty()
          .allMatch(name -> metadata.contains("\"heliograph." + name + "\""));
    }
  }
}
