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
 * <p>An event that no handler takes counts as done. Immutable, and as thread-safe as its handlers.
 */
public final class EventRouter implements SseListener {
  /**
   * Takes what was routed to it; called as a listener is.
   *
   * @param <T> what it takes
   */
  @FunctionalInterface
  public interface Handler<T> {
    /** Takes it. What it throws is met by the {@link HandlerErrorPolicy}. */
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

  /** A router without handlers, to be set up. */
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
     * Routes the events of a type; {@code message} is the type of those that name none.
     *
     * @throws IllegalArgumentException if there is a handler for that type already
     */
    public Builder on(String type, Handler<Event> handler) {
      Objects.requireNonNull(handler, "handler");
      if (byType.putIfAbsent(type, handler) != null) {
        throw new IllegalArgumentException("a handler for " + type + " is there already");
      }
      return this;
    }

    /** The same, with the data decoded. */
    public <T> Builder on(String type, EventDecoder<T> decoder, Handler<? super T> handler) {
      Objects.requireNonNull(decoder, "decoder");
      Objects.requireNonNull(handler, "handler");
      return on(type, event -> handler.handle(decoder.decode(event)));
    }

    /** Takes the events of all other types; by default they are passed over. */
    public Builder otherwise(Handler<Event> handler) {
      otherwise = Objects.requireNonNull(handler, "handler");
      return this;
    }

    /** Takes the signals of a kind, such as {@code Signal.Gap.class}; several may take one. */
    public <S extends Signal> Builder onSignal(Class<S> kind, Handler<? super S> handler) {
      if (kind == Signal.Message.class) {
        throw new IllegalArgumentException("a router gets no Signal.Message: use on or otherwise");
      }
      signalHandlers.add(new SignalHandler<>(kind, Objects.requireNonNull(handler, "handler")));
      return this;
    }

    /** The router. */
    public EventRouter build() {
      return new EventRouter(this);
    }
  }
}
