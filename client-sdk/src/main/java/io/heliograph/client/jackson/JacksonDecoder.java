package io.heliograph.client.jackson;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.heliograph.client.Event;
import io.heliograph.client.EventDecoder;

/**
 * Decodes events by Jackson 2. Thread-safe. A program that is a module itself says {@code requires
 * com.fasterxml.jackson.databind}.
 *
 * <p>For Jackson 3, take {@link Jackson3Decoder}. A program needs only the one that it uses.
 *
 * @param <T> of what kind
 */
@SuppressWarnings("exports") // Whoever uses it has Jackson, or it could not be called.
public final class JacksonDecoder<T> implements EventDecoder<T> {
  private final ObjectReader reader;

  private JacksonDecoder(ObjectReader reader) {
    this.reader = reader;
  }

  /**
   * Decodes to a class.
   *
   * @param <T> the class
   * @param mapper as it is set up now: what is changed on it later has no effect
   * @param type the class
   * @return the decoder; data that is not of that class, or {@code null}, is a {@link
   *     com.fasterxml.jackson.core.JsonProcessingException}
   */
  public static <T> JacksonDecoder<T> of(ObjectMapper mapper, Class<T> type) {
    return new JacksonDecoder<>(mapper.readerFor(type));
  }

  /**
   * Decodes to a type with parameters.
   *
   * @param <T> the type
   * @param mapper as it is set up now: what is changed on it later has no effect
   * @param type such as {@code new TypeReference<List<Order>>() {}}
   * @return the decoder; data that is not of that type, or {@code null}, is a {@link
   *     com.fasterxml.jackson.core.JsonProcessingException}
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
