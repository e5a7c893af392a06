package io.heliograph.client.jackson;

import io.heliograph.client.Event;
import io.heliograph.client.EventDecoder;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * Decodes events with Jackson 3. Thread-safe. A modular program needs {@code requires
 * tools.jackson.databind}.
 *
 * <p>For Jackson 2, use {@link JacksonDecoder}. A program needs only the version that it uses.
 *
 * @param <T> the type of the object
 */
@SuppressWarnings("exports") // Whoever uses it has Jackson, or it could not be called.
public final class Jackson3Decoder<T> implements EventDecoder<T> {
  private final ObjectReader reader;

  private Jackson3Decoder(ObjectReader reader) {
    this.reader = reader;
  }

  /**
   * Creates a decoder for a class.
   *
   * @param <T> the class
   * @param mapper such as a {@code JsonMapper}
   * @param type the class
   * @return the decoder; it throws {@link tools.jackson.core.JacksonException} for data that is not
   *     of that class, or is {@code null}
   */
  public static <T> Jackson3Decoder<T> of(ObjectMapper mapper, Class<T> type) {
    return new Jackson3Decoder<>(mapper.readerFor(type));
  }

  /**
   * Creates a decoder for a generic type.
   *
   * @param <T> the type
   * @param mapper such as a {@code JsonMapper}
   * @param type such as {@code new TypeReference<List<Order>>() {}}
   * @return the decoder; it throws {@link tools.jackson.core.JacksonException} for data that is not
   *     of that type, or is {@code null}
   */
  public static <T> Jackson3Decoder<T> of(ObjectMapper mapper, TypeReference<T> type) {
    return new Jackson3Decoder<>(mapper.readerFor(type));
  }

  @Override
  public T decode(Event event) throws Exception {
    T value = reader.readValue(event.data());
    if (value == null) { // Handlers are promised an object.
      throw MismatchedInputException.from(
          null, reader.getValueType(), "the event's data is the JSON value null");
    }
    return value;
  }
}
