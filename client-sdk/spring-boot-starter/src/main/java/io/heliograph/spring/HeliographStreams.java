package io.heliograph.spring;

import io.heliograph.client.SseClient;
import io.heliograph.client.Subscription;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Follows the {@link HeliographStream} beans. It starts after all other beans, without waiting for
 * the server. It stops before all other beans and waits for an event that is being handled.
 */
public final class HeliographStreams implements SmartLifecycle {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SseClient client;
  private final Map<String, HeliographStream> streams;
  private final Duration patience;
  private volatile @Nullable Map<String, Subscription> subscriptions;

  HeliographStreams(SseClient client, Map<String, HeliographStream> streams) {
    this(client, streams, PATIENCE);
  }

  /**
   * For the beans of a context.
   *
   * @param patience how long a stop waits for all of them together
   */
  HeliographStreams(SseClient client, Map<String, HeliographStream> streams, Duration patience) {
    this.client = client;
    this.streams = Map.copyOf(streams);
    this.patience = patience;
  }

  /**
   * {@return the subscription of a stream; empty until the context has started it}
   *
   * @param beanName name of its {@link HeliographStream}
   */
  public Optional<Subscription> subscription(String beanName) {
    return Optional.ofNullable(subscriptions().get(beanName));
  }

  Map<String, Subscription> subscriptions() {
    Map<String, Subscription> current = subscriptions;
    return current == null ? Map.of() : current;
  }

  @Override
  public void start() {
    var started = new LinkedHashMap<String, Subscription>();
    streams.forEach(
        (name, stream) -> started.put(name, client.subscribe(stream.spec(), stream.listener())));
    subscriptions = started;
  }

  @Override
  public void stop() {
    Map<String, Subscription> ended = subscriptions();
    subscriptions = null;
    ended.values().forEach(Subscription::close);
    long start = System.nanoTime();
    try {
      for (Subscription subscription : ended.values()) {
        subscription.awaitClosed(patience.minusNanos(System.nanoTime() - start));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return subscriptions != null;
  }
}
