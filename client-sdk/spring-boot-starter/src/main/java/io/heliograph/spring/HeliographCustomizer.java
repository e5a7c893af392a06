package io.heliograph.spring;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.SseClient;

/**
 * Changes the clients before they are built, after the properties were applied: headers, heartbeat,
 * backoff, OkHttp, and so on. All beans of this type are called, in order.
 */
public interface HeliographCustomizer {
  /**
   * Changes the client of streams.
   *
   * @param builder configured by the properties
   */
  default void customize(SseClient.Builder builder) {}

  /**
   * Changes the publisher.
   *
   * @param builder configured by the properties
   */
  default void customize(EventPublisher.Builder builder) {}

  /**
   * Changes the client of presence, tickets and kicks.
   *
   * @param builder configured by the properties
   */
  default void customize(HeliographApi.Builder builder) {}
}
