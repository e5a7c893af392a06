package io.heliograph.cli.format;

import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A line with places for what an event has, such as {@code {{ts}} {{json:/order/id}}}. Pure. */
public final class Template {
  /** All that may stand between the braces, for messages and help. */
  public static final String PLACEHOLDERS =
      "{{ts}} {{type}} {{id}} {{user}} {{data}} {{replay}} {{conn}} {{json:/POINTER}}";

  private static final String OPEN = "{{";
  private static final String CLOSE = "}}";
  private static final String JSON = "json:";

  /** A part of the line; {@code safe} makes what others wrote harmless. */
  @FunctionalInterface
  private interface Part {
    String of(Shown event, UnaryOperator<String> safe);
  }

  private final List<Part> parts = new ArrayList<>();

  /**
   * Reads a template.
   *
   * @throws IllegalArgumentException if it is none, in words for whoever wrote it
   */
  public Template(String text) {
    int at = 0;
    for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
      int close = text.indexOf(CLOSE, open);
      if (close < 0) {
        throw new IllegalArgumentException("there is no }} behind " + text.substring(open));
      }
      literal(text.substring(at, open));
      String name = text.substring(open + OPEN.length(), close).strip();
      Function<Shown, String> value = value(name);
      parts.add((event, safe) -> safe.apply(value.apply(event)));
      at = close + CLOSE.length();
    }
    literal(text.substring(at));
  }

  private void literal(String text) {
    if (!text.isEmpty()) {
      parts.add((event, safe) -> text);
    }
  }

  /**
   * The line of an event; what it does not have is empty.
   *
   * @param safe applied to what the event says, not to what the template itself holds
   */
  public String line(Shown event, UnaryOperator<String> safe) {
    var line = new StringBuilder();
    parts.forEach(part -> line.append(part.of(event, safe)));
    return line.toString();
  }

  private static Function<Shown, String> value(String name) {
    return switch (name) {
      case "ts" -> event -> event.at().truncatedTo(ChronoUnit.MILLIS).toString();
      case "type" -> Shown::type;
      case "id" -> Shown::id;
      case "user" -> event -> event.user() == null ? "" : event.user();
      case "data" -> Shown::data;
      case "replay" -> event -> Boolean.toString(event.replay());
      case "conn" -> event -> Integer.toString(event.connection());
      default -> {
        String pointer = name.startsWith(JSON) ? name.substring(JSON.length()) : "?";
        if (!pointer.isEmpty() && !pointer.startsWith("/")) {
          throw new IllegalArgumentException(
              "there is no {{" + name + "}}; there are " + PLACEHOLDERS);
        }
        yield event ->
            JsonTree.parse(event.data())
                .flatMap(root -> JsonTree.at(root, pointer))
                .map(JsonTree::text)
                .orElse("");
      }
    };
  }
}
