package io.heliograph.client.jackson;

import io.heliograph.client.Event;
import io.heliograph.client.EventDecoder;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * Decodes events by Jackson 3. Thread-safe. A program that is a module itself says {@code requires
 * tools.jackson.databind}.
 *
 * <p>For Jackson 2, take {@link JacksonDecoder}. A program needs only the one that it uses.
 *
 * @param <T> of what kind
 */
@SuppressWarnings("exports") // Whoever uses it has Jackson, or it could not be called.
public final class Jackson3Decoder<T> implements EventDecoder<T> {
  private final ObjectReader reader;

  private Jackson3Decoder(ObjectReader reader) {
    this.reader = reader;
  }

  /**
   * Decodes to a class.
   *
   * @param <T> the class
   * @param mapper such as a {@code JsonMapper}
   * @param type the class
   * @return the decoder; data that is not of that class, or {@code null}, is a {@link
   *     tools.jackson.core.JacksonException}
   */
  public static <T> Jackson3Decoder<T> of(ObjectMapper mapper, Class<T> type) {
    return new Jackson3Decoder<>(mapper.readerFor(type));
  }

  /**
   * Decodes to a type with parameters.
   *
   * @param <T> the type
   * @param mapper such as a {@code JsonMapper}
   * @param type such as {@code new TypeReference<List<Order>>() {}}
   * @return the decoder; data that is not of that type, or {@code null}, is a {@link
   *     tools.jackson.core.JacksonException}
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
