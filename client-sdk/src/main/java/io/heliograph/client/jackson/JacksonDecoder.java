package io.heliograph.client.jackson;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.heliograph.client.Event;
import io.heliograph.client.EventDecoder;

/**
 * Decodes events with Jackson 2. Thread-safe. A modular program needs {@code requires
 * com.fasterxml.jackson.databind}.
 *
 * <p>For Jackson 3, use {@link Jackson3Decoder}. A program needs only the version that it uses.
 *
 * @param <T> the type of the object
 */
@SuppressWarnings("exports") // Whoever uses it has Jackson, or it could not be called.
public final class JacksonDecoder<T> implements EventDecoder<T> {
  private final ObjectReader reader;

  private JacksonDecoder(ObjectReader reader) {
    this.reader = reader;
  }

  /**
   * Creates a decoder for a class.
   *
   * @param <T> the class
   * @param mapper used as configured now; later changes have no effect
   * @param type the class
   * @return the decoder; it throws {@link com.fasterxml.jackson.core.JsonProcessingException} for
   *     data that is not of that class, or is {@code null}
   */
  public static <T> JacksonDecoder<T> of(ObjectMapper mapper, Class<T> type) {
    return new JacksonDecoder<>(mapper.readerFor(type));
  }

  /**
   * Creates a decoder for a generic type.
   *
   * @param <T> the type
   * @param mapper used as configured now; later changes have no effect
   * @param type such as {@code new TypeReference<List<Order>>() {}}
   * @return the decoder; it throws {@link com.fasterxml.jackson.core.JsonProcessingException} for
   *     data that is not of that type, or is {@code null}
   */
  public static <T> JacksonDecoder<T> of(ObjectMapper mapper, TypeReference<T> type) {
    return new JacksonDecoder<>(mapper.readerFor(type));
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
