package io.heliograph.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A listener that gives each event to the handler of its type.
 *
 * <pre>{@code
 * client.subscribe(
 *     EventRouter.builder()
 *         .on("order.shipped", JacksonDecoder.of(mapper, Order.class), orders::shipped)
 *         .on("note", event -> System.out.println(event.data()))
 *         .onSignal(Signal.Gap.class, gap -> orders.reload())
 *         .build());
 * }</pre>
 *
 * <p>An event without a handler is complete at once. Immutable, and as thread-safe as its handlers.
 */
public final class EventRouter implements SseListener {
  /**
   * Handles what the router passes to it; called like a listener.
   *
   * @param <T> what it handles
   */
  @FunctionalInterface
  public interface Handler<T> {
    /**
     * Handles one item.
     *
     * @param item an event, a decoded object, or a signal
     * @throws Exception if it could not be handled; the {@link HandlerErrorPolicy} applies
     */
    void handle(T item) throws Exception;
  }

  private record SignalHandler<S extends Signal>(Class<S> kind, Handler<? super S> handler) {
    void offer(Signal signal) throws Exception {
      if (kind.isInstance(signal)) {
        handler.handle(kind.cast(signal));
      }
    }
  }

  private final Map<String, Handler<Event>> byType;
  private final Handler<Event> otherwise;
  private final List<SignalHandler<?>> signalHandlers;

  private EventRouter(Builder builder) {
    byType = Map.copyOf(builder.byType);
    otherwise = builder.otherwise;
    signalHandlers = List.copyOf(builder.signalHandlers);
  }

  /** {@return a builder without handlers} */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void onEvent(Event event) throws Exception {
    byType.getOrDefault(event.type(), otherwise).handle(event);
  }

  @Override
  public void onSignal(Signal signal) throws Exception {
    for (SignalHandler<?> handler : signalHandlers) {
      handler.offer(signal);
    }
  }

  /** Builds a router. Not thread-safe. */
  public static final class Builder {
    private final Map<String, Handler<Event>> byType = new LinkedHashMap<>();
    private final List<SignalHandler<?>> signalHandlers = new ArrayList<>();
    private Handler<Event> otherwise = event -> {};

    private Builder() {}

    /**
     * Routes the events of a type.
     *
     * @param type the exact type; {@code message} is the type of events without one
     * @param handler the only handler of that type
     * @return this
     * @throws IllegalArgumentException if that type already has a handler
     */
    public Builder on(String type, Handler<Event> handler) {
      Objects.requireNonNull(handler, "handler");
      if (byType.putIfAbsent(type, handler) != null) {
        throw new IllegalArgumentException("a handler for " + type + " is already registered");
      }
      return this;
    }

    /**
     * Routes the events of a type, with their data decoded.
     *
     * @param <T> what the data is decoded to
     * @param type the exact type; {@code message} is the type of events without one
     * @param decoder called just before the handler, on the same thread; an exception counts as a
     *     failure of the listener
     * @param handler the only handler of that type
     * @return this
     * @throws IllegalArgumentException if that type already has a handler
     */
    public <T> Builder on(String type, EventDecoder<T> decoder, Handler<? super T> handler) {
      Objects.requireNonNull(decoder, "decoder");
      Objects.requireNonNull(handler, "handler");
      return on(type, event -> handler.handle(decoder.decode(event)));
    }

    /**
     * Handles the events of all other types; by default they are ignored.
     *
     * @param handler replaces an earlier one
     * @return this
     */
    public Builder otherwise(Handler<Event> handler) {
      otherwise = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /**
     * Handles the signals of a kind. If several handlers match a signal, they are called in the
     * order of registration, until one throws.
     *
     * @param <S> the kind
     * @param kind such as {@code Signal.Gap.class}; {@code Signal.class} means all except messages
     * @param handler handles them
     * @return this
     * @throws IllegalArgumentException if the kind is {@link Signal.Message}, which is for {@link
     *     #on} and {@link #otherwise}
     */
    public <S extends Signal> Builder onSignal(Class<S> kind, Handler<? super S> handler) {
      if (kind == Signal.Message.class) {
        throw new IllegalArgumentException(
            "a router cannot handle Signal.Message; use on or otherwise");
      }
      signalHandlers.add(new SignalHandler<>(kind, Objects.requireNonNull(handler, "handler")));
      return this;
    }

    /** {@return a router with the handlers given so far} */
    public EventRouter build() {
      return new EventRouter(this);
    }
  }
}
