package io.heliograph.client;

import java.net.URI;

/**
 * Publishes events to Heliograph. Thread-safe. Each call blocks until the server has answered, at
 * most 30 s.
 */
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"}) // Until it is built.
public final class EventPublisher implements AutoCloseable {
  private EventPublisher(Builder builder) {}

  /** A publisher for the server with this base, such as {@code http://localhost:8080}. */
  public static EventPublisher create(URI server) {
    return builder(server).build();
  }

  /** The same, to be set up. */
  public static Builder builder(URI server) {
    return new Builder();
  }

  /**
   * Publishes to one user.
   *
   * @throws PublishException if it is unknown what became of the event; see there
   */
  public PublishResult publish(String user, NewEvent event) {
    throw new UnsupportedOperationException("not built yet");
  }

  /**
   * Publishes to everybody, connected now or coming back later.
   *
   * @throws PublishException if it is unknown what became of the event; see there
   */
  public PublishResult broadcast(NewEvent event) {
    throw new UnsupportedOperationException("not built yet");
  }

  /** Frees the connections. Returns at once; may be repeated. */
  @Override
  public void close() {}

  /** Builds a publisher; each setting has a default. Not thread-safe. */
  public static final class Builder {
    private Builder() {}

    /** Sends {@code Authorization: Bearer …} with a token asked for before each request. */
    public Builder tokens(TokenProvider provider) {
      return this;
    }

    /** Adds a header to each request. */
    public Builder header(String name, String value) {
      return this;
    }

    /** The publisher; nothing is connected yet. */
    public EventPublisher build() {
      return new EventPublisher(this);
    }
  }
}
