package io.heliograph.client;

/**
 * Makes an object of an event's data. {@code io.heliograph.client.jackson.JacksonDecoder} does so
 * by Jackson; any other library is a line: {@code event -> gson.fromJson(event.data(),
 * Order.class)}. Thread-safe, unless used for one stream only.
 *
 * @param <T> of what kind
 */
@FunctionalInterface
public interface EventDecoder<T> {
  /**
   * Makes it.
   *
   * @param event whose data is read; its type and id may be looked at, too
   * @return the object, for the handler
   * @throws Exception if the data is not of that kind; the listener has failed, then, see {@link
   *     HandlerErrorPolicy}
   */
  T decode(Event event) throws Exception;
}
