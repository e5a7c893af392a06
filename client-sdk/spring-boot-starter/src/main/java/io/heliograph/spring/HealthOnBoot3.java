package io.heliograph.spring;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Health where the actuator is that of Boot 3. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnProperty(name = "management.health.heliograph.enabled", matchIfMissing = true)
class HealthOnBoot3 {
  @Bean
  @ConditionalOnMissingBean(name = "heliographHealthIndicator")
  HealthIndicator heliographHealthIndicator(HeliographStreams streams) {
    var health = new StreamHealth(streams);
    return () ->
        (health.isUp() ? Health.up() : Health.unknown()).withDetails(health.details()).build();
  }
}
