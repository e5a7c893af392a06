package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.UserId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What several handlers read from a request. */
final class Requests {

  private Requests() {}

  /** The user that the path names. */
  static UserId user(ServerRequest request) {
    try {
      return new UserId(request.path().pathParameters().get("user"));
    } catch (InvalidValueException e) {
      throw Problem.INVALID_USER.because(String.valueOf(e.getMessage()));
    }
  }

  static Optional<String> header(ServerRequest request, HeaderName name) {
    return request.headers().first(name);
  }

  /** A query parameter, decoded. */
  static Optional<String> query(ServerRequest request, String name) {
    return request.query().first(name).asOptional();
  }

  /** A query parameter that names what is wanted; everything if it is not there. */
  static Globs globs(ServerRequest request, String name) {
    Optional<String> text = query(request, name);
    if (text.isEmpty()) {
      return Globs.ALL;
    }
    try {
      return Globs.parse(text.get());
    } catch (InvalidValueException e) {
      throw Problem.INVALID_QUERY.because(name + ": " + e.getMessage());
    }
  }

  /** A query parameter that is {@code true} or {@code false}. */
  static boolean flag(ServerRequest request, String name, boolean otherwise) {
    String text = query(request, name).orElse(Boolean.toString(otherwise));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw Problem.INVALID_QUERY.because(
              name + " is '" + text + "', but must be true or false.");
    };
  }

  /** A query parameter that names some of an enum's constants, in lower case. */
  static <E extends Enum<E>> Set<E> words(
      ServerRequest request, String name, Class<E> type, E otherwise) {
    Set<E> words = EnumSet.noneOf(type);
    for (String text : query(request, name).orElse(word(otherwise)).split(",", -1)) {
      E found = null;
      for (E each : type.getEnumConstants()) {
        found = word(each).equals(text.strip()) ? each : found;
      }
      if (found == null) {
        throw Problem.INVALID_QUERY.because(
            name
                + " has '"
                + text
                + "', but may only have "
                + Arrays.stream(type.getEnumConstants())
                    .map(Requests::word)
                    .collect(Collectors.joining(", "))
                + ".");
      }
      words.add(found);
    }
    return words;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A query parameter that is a whole number from 1 to {@code most}. */
  static int query(ServerRequest request, String name, int otherwise, int most) {
    Optional<String> text = query(request, name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text.get());
      if (value >= 1 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Answered below, as any other number that is not allowed.
    }
    throw Problem.INVALID_QUERY.because(
        name + " is '" + text.get() + "', but must be a whole number from 1 to " + most + ".");
  }
}
