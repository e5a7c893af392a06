package io.heliograph.client.internal.json;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads members of a JSON object; one that is missing or of another kind is an exception. */
public final class JsonObject {
  private final Map<?, ?> members;

  private JsonObject(Map<?, ?> members) {
    this.members = members;
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if it is no JSON object
   */
  public static JsonObject of(String text) {
    return ofNode(Json.tree(text).orElse(Json.NULL));
  }

  private static JsonObject ofNode(Object node) {
    if (node instanceof Map<?, ?> map) {
      return new JsonObject(map);
    }
    throw new IllegalArgumentException("not a JSON object");
  }

  /** Whether there is such a member, and not null. */
  public boolean has(String name) {
    Object value = members.get(name);
    return value != null && !value.equals(Json.NULL);
  }

  /** A string; empty if it is missing or null. */
  public Optional<String> text(String name) {
    return has(name) && members.get(name) instanceof String text
        ? Optional.of(text)
        : Optional.empty();
  }

  /** A string that must be there. */
  public String requiredText(String name) {
    return text(name).orElseThrow(() -> new IllegalArgumentException("no text '" + name + "'"));
  }

  /** A whole number that must be there. */
  public long number(String name) {
    if (members.get(name) instanceof Json.JsonNumber number) {
      return Long.parseLong(number.text()); // Its exception is one of the kind, too.
    }
    throw new IllegalArgumentException("no number '" + name + "'");
  }

  /** The same, where it must fit. */
  public int integer(String name) {
    return Math.toIntExact(number(name));
  }

  /** A truth value that must be there. */
  public boolean flag(String name) {
    if (members.get(name) instanceof Boolean flag) {
      return flag;
    }
    throw new IllegalArgumentException("no boolean '" + name + "'");
  }

  /** A value of any kind that must be there, as JSON without white space. */
  public String json(String name) {
    Object node = members.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no '" + name + "'");
    }
    return Json.write(node);
  }

  /** The strings of an array; empty if it is missing. */
  public List<String> texts(String name) {
    return members.get(name) instanceof List<?> list
        ? list.stream().map(String.class::cast).toList()
        : List.of();
  }

  /** An object that must be there. */
  public JsonObject object(String name) {
    Object node = members.get(name);
    return ofNode(node == null ? Json.NULL : node);
  }

  /** The objects of an array that must be there. */
  public List<JsonObject> objects(String name) {
    if (members.get(name) instanceof List<?> list) {
      return list.stream().map(node -> ofNode(node)).toList();
    }
    throw new IllegalArgumentException("no array '" + name + "'");
  }

  /** The names of its members, in order. */
  public List<String> names() {
    return members.keySet().stream().map(String.class::cast).toList();
  }
}
