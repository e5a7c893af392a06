package io.heliograph.client.examples;

import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.Subscription;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

// begin feed
/** Keeps a view of orders up to date for as long as the program runs. */
public final class OrderFeed implements SseListener, AutoCloseable {
  /** What the program does with the events. */
  public interface Orders {
    /** One order changed. May be called twice for an event: must be idempotent. */
    void changed(String json);

    /** Events were lost: fetch the whole state from its source. */
    void refetch();
  }

  private final SseClient client;
  private final Orders orders;
  private volatile @Nullable Subscription subscription; // The health check has its own thread.

  public OrderFeed(SseClient client, Orders orders) {
    this.client = client;
    this.orders = orders;
  }

  /** Starts following the stream. Does not wait for the server. */
  public void start() {
    subscription = client.subscribe(StreamSpec.user("shop"), this);
  }

  @Override
  public void onEvent(Event event) {
    if (event.type().equals("order.changed")) {
      orders.changed(event.data());
    }
  }

  @Override
  public void onSignal(Signal signal) {
    if (signal instanceof Signal.Gap) {
      orders.refetch();
    } else if (signal instanceof Signal.Closed closed) {
      System.err.println("over: " + closed.cause().describe());
    } // The client reconnects by itself.
  }

  /** For a health check: whether events can arrive now. */
  public boolean isOpen() {
    Subscription current = subscription;
    return current != null && current.state() == Subscription.State.OPEN;
  }

  /** Closes the stream, and waits for an event that is being handled. */
  @Override
  public void close() throws InterruptedException {
    Subscription current = subscription;
    if (current != null) {
      current.close();
      current.awaitClosed(Duration.ofSeconds(10));
    }
    client.close();
  }
}
// end
