package io.heliograph.client;

/**
 * Decodes an event's data to an object. {@code io.heliograph.client.jackson.JacksonDecoder} uses
 * Jackson. For any other library, write a lambda: {@code event -> gson.fromJson(event.data(),
 * Order.class)}. Thread-safe, unless used for one stream only.
 *
 * @param <T> the type of the object
 */
@FunctionalInterface
public interface EventDecoder<T> {
  /**
   * Decodes the data of an event.
   *
   * @param event the event; its type and id may be used, too
   * @return the object, for the handler
   * @throws Exception if the data cannot be decoded; this counts as a failure of the listener, see
   *     {@link HandlerErrorPolicy}
   */
  T decode(Event event) throws Exception;
}
