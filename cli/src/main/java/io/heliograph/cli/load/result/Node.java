package io.heliograph.cli.load.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A value of JSON with its kind checked as it is asked for: an {@link IllegalArgumentException} if
 * it is another.
 */
record Node(@Nullable Object value) {
  // Control characters, writing directions, line separators, halves of surrogates.
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

  private Map<?, ?> map() {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("an object is missing");
  }

  List<String> names() {
    return map().keySet().stream().map(String::valueOf).toList();
  }

  boolean has(String name) {
    return map().get(name) != null;
  }

  Node at(String name) {
    Object found = map().get(name);
    if (found == null) {
      throw new IllegalArgumentException("'" + name + "' is missing");
    }
    return new Node(found);
  }

  String text(String name) {
    return printable(at(name).value);
  }

  /** Whoever sends somebody a report must not write to their terminal by it. */
  static String printable(@Nullable Object value) {
    return UNPRINTABLE
        .matcher(String.valueOf(value))
        .replaceAll(found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
  }

  boolean bool(String name) {
    return Boolean.TRUE.equals(at(name).value);
  }

  /** Null is the number that JSON cannot write. */
  double number(String name) {
    return number(map().get(name));
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private List<?> items(String name) {
    if (at(name).value instanceof List<?> list) {
      return list;
    }
    throw new IllegalArgumentException("'" + name + "' is no list");
  }

  /** A record of strings, booleans, longs and doubles by the names of its components. */
  <T extends Record> T record(Class<T> type) {
    return Records.make(
        type,
        component -> {
          String name = component.getName();
          return component.getType() == String.class
              ? text(name)
              : component.getType() == boolean.class
                  ? (Object) bool(name)
                  : component.getType() == long.class ? (Object) (long) number(name) : number(name);
        });
  }

  <T extends Record> List<T> records(String name, Class<T> type) {
    return items(name).stream().map(item -> new Node(item).record(type)).toList();
  }

  List<String> strings(String name) {
    return items(name).stream().map(Node::printable).toList();
  }

  List<Double> doubles(String name) {
    return items(name).stream().map(item -> number(item)).toList();
  }

  Map<String, String> texts() {
    var texts = new LinkedHashMap<String, String>();
    map().forEach((name, text) -> texts.put(printable(name), printable(text)));
    return texts;
  }

  Map<String, Double> numbers() {
    var numbers = new LinkedHashMap<String, Double>();
    map().forEach((name, number) -> numbers.put(printable(name), number(number)));
    return numbers;
  }
}
