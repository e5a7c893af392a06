package io.heliograph.spring;

import io.heliograph.client.AckMode;
import io.heliograph.client.ClientObserver;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.FileResumeStore;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.ResumeStore;
import io.heliograph.client.SseClient;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.micrometer.MicrometerObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Defines beans if {@code heliograph.url} is set. A bean of the program replaces each of them. */
@AutoConfiguration(
    afterName = {
      // Boot 3, then Boot 4: where the registry comes from.
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnProperty("heliograph.url")
@EnableConfigurationProperties(HeliographProperties.class)
@Import({HealthOnBoot3.class, HealthOnBoot4.class})
public class HeliographAutoConfiguration {
  /** Not called by programs. */
  HeliographAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  SseClient sseClient(
      HeliographProperties properties,
      ObjectProvider<TokenProvider> tokens,
      ObjectProvider<ResumeStore> store,
      ObjectProvider<ClientObserver> observer,
      ObjectProvider<HeliographCustomizer> customizers) {
    SseClient.Builder builder = SseClient.builder(properties.url());
    TokenProvider provider = tokens(properties, tokens);
    if (provider != null) {
      builder.tokens(provider);
    }
    store.ifAvailable(positions -> builder.resume(positions, AckMode.AFTER_HANDLER));
    observer.ifAvailable(builder::observer);
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.build();
  }

  @Bean
  @ConditionalOnMissingBean
  EventPublisher eventPublisher(
      HeliographProperties properties,
      ObjectProvider<TokenProvider> tokens,
      ObjectProvider<ClientObserver> observer,
      ObjectProvider<HeliographCustomizer> customizers) {
    EventPublisher.Builder builder =
        EventPublisher.builder(properties.url()).timeout(properties.timeout());
    TokenProvider provider = tokens(properties, tokens);
    if (provider != null) {
      builder.tokens(provider);
    }
    observer.ifAvailable(builder::observer);
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.build();
  }

  @Bean
  @ConditionalOnMissingBean
  HeliographApi heliographApi(
      HeliographProperties properties,
      ObjectProvider<TokenProvider> tokens,
      ObjectProvider<HeliographCustomizer> customizers) {
    HeliographApi.Builder builder =
        HeliographApi.builder(properties.url()).timeout(properties.timeout());
    TokenProvider provider = tokens(properties, tokens);
    if (provider != null) {
      builder.tokens(provider);
    }
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    return builder.build();
  }

  @Bean
  @ConditionalOnMissingBean
  @ConditionalOnProperty("heliograph.positions")
  ResumeStore heliographPositions(HeliographProperties properties) throws IOException {
    return FileResumeStore.open(java.util.Objects.requireNonNull(properties.positions()));
  }

  @Bean
  @ConditionalOnMissingBean
  HeliographStreams heliographStreams(
      SseClient client, Map<String, HeliographStream> heliographStreamBeans) {
    return new HeliographStreams(client, heliographStreamBeans);
  }

  private static @Nullable TokenProvider tokens(
      HeliographProperties properties, ObjectProvider<TokenProvider> beans) {
    TokenProvider bean = beans.getIfAvailable();
    String fixed = properties.token();
    return bean != null || fixed == null ? bean : renew -> fixed;
  }

  /** Where Micrometer is on the class path, and a registry among the beans. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Metrics {
    @Bean
    @ConditionalOnBean(MeterRegistry.class)
    @ConditionalOnMissingBean(ClientObserver.class)
    MicrometerObserver heliographObserver(MeterRegistry registry) {
      return new MicrometerObserver(registry);
    }
  }
}
