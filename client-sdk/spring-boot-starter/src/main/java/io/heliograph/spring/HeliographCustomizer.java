package io.heliograph.spring;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.SseClient;

/**
 * Changes the clients before they are built, after the properties: headers, heartbeat, backoff,
 * OkHttp, and so on. All beans of this type are called, in their order.
 */
public interface HeliographCustomizer {
  /**
   * Changes the client of streams.
   *
   * @param builder as the properties left it
   */
  default void customize(SseClient.Builder builder) {}

  /**
   * Changes the publisher.
   *
   * @param builder as the properties left it
   */
  default void customize(EventPublisher.Builder builder) {}

  /**
   * Changes the client of presence, tickets and kicks.
   *
   * @param builder as the properties left it
   */
  default void customize(HeliographApi.Builder builder) {}
}
