package io.heliograph.cli.follow;

import io.heliograph.cli.format.JsonTree;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A condition on JSON, such as {@code /order/total > 100 && /cur == "EUR"}. Pure.
 *
 * <p>Operands are JSON Pointers (RFC 6901), strings, numbers, {@code true}, {@code false} and
 * {@code null}; operators {@code == != < <= > >=}, {@code ~} (a regular expression is found in a
 * string), {@code && || !} and parentheses. A pointer alone asks whether there is a value other
 * than false and null. Values of different kinds are never equal and in no order; data that is no
 * JSON fits no condition.
 */
final class Where implements Predicate<String> {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
              + "|(?<pointer>/(?:~[01]|[^\\s()=!<>~&|\"])*)"
              + "|(?<word>-?\\d[\\w.+-]*|true|false|null)"
              + "|(?<operator>&&|\\|\\||==|!=|<=|>=|[<>~!()]))\\s*");

  private static final int LONGEST = 4096;
  private static final int DEEPEST = 100;

  /** A token; a string comes without its quotes. */
  private record Token(Kind kind, String text) {}

  private enum Kind {
    VALUE,
    POINTER,
    OPERATOR,
    END
  }

  private final Predicate<Object> condition;
  private final List<Token> tokens;
  private final List<Object> values = new ArrayList<>();
  private int next;
  private int depth;

  /**
   * Reads a condition.
   *
   * @throws IllegalArgumentException if it is none, in words for whoever wrote it
   */
  Where(String expression) {
    if (expression.length() > LONGEST) {
      throw new IllegalArgumentException("longer than " + LONGEST + " characters");
    }
    tokens = tokens(expression);
    condition = either();
    if (peek().kind() != Kind.END) {
      throw new IllegalArgumentException("'" + peek().text() + "' is not expected there");
    }
  }

  @Override
  public boolean test(String json) {
    return JsonTree.parse(json).filter(condition).isPresent();
  }

  private List<Token> tokens(String expression) {
    List<Token> read = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(expression);
    int at = 0;
    while (at < expression.length()) {
      if (!matcher.region(at, expression.length()).lookingAt()) {
        throw new IllegalArgumentException(
            "cannot be read from here on: " + expression.substring(at));
      }
      at = matcher.end();
      if (matcher.group("pointer") != null) {
        read.add(new Token(Kind.POINTER, matcher.group("pointer")));
      } else if (matcher.group("operator") != null) {
        read.add(new Token(Kind.OPERATOR, matcher.group("operator")));
      } else {
        String text =
            matcher.group("string") == null ? matcher.group("word") : matcher.group("string");
        values.add(
            JsonTree.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(text + " is no JSON value")));
        read.add(new Token(Kind.VALUE, Integer.toString(values.size() - 1)));
      }
    }
    read.add(new Token(Kind.END, "the end"));
    return read;
  }

  private Token peek() {
    return tokens.get(next);
  }

  private boolean take(String operator) {
    boolean is = peek().kind() == Kind.OPERATOR && peek().text().equals(operator);
    next += is ? 1 : 0;
    return is;
  }

  private Predicate<Object> either() {
    Predicate<Object> result = both();
    while (take("||")) {
      result = result.or(both());
    }
    return result;
  }

  private Predicate<Object> both() {
    Predicate<Object> result = single();
    while (take("&&")) {
      result = result.and(single());
    }
    return result;
  }

  private Predicate<Object> single() {
    depth++;
    try {
      if (depth > DEEPEST) {
        throw new IllegalArgumentException("'(' and '!' are nested more than " + DEEPEST + " deep");
      }
      return nested();
    } finally {
      depth--;
    }
  }

  private Predicate<Object> nested() {
    if (take("!")) {
      return single().negate();
    } else if (take("(")) {
      Predicate<Object> inner = either();
      if (!take(")")) {
        throw new IllegalArgumentException("a ')' is missing before " + peek().text());
      }
      return inner;
    }
    return comparison();
  }

  private Predicate<Object> comparison() {
    Function<Object, Optional<Object>> left = operand();
    for (String operator : List.of("==", "!=", "<=", ">=", "<", ">")) {
      if (take(operator)) {
        Function<Object, Optional<Object>> right = operand();
        return root -> compare(operator, left.apply(root), right.apply(root));
      }
    }
    if (take("~")) {
      Regex pattern = pattern();
      return root ->
          left.apply(root)
              .filter(value -> value instanceof String text && pattern.isIn(text))
              .isPresent();
    }
    return root ->
        left.apply(root)
            .filter(value -> !value.equals(JsonTree.NULL) && !value.equals(false))
            .isPresent();
  }

  private Regex pattern() {
    Token token = peek();
    next++;
    if (token.kind() == Kind.VALUE
        && values.get(Integer.parseInt(token.text())) instanceof String regex) {
      try {
        return new Regex(Pattern.compile(regex));
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException("no regular expression: " + regex, e);
      }
    }
    throw new IllegalArgumentException("~ wants a regular expression in double quotes");
  }

  private Function<Object, Optional<Object>> operand() {
    Token token = peek();
    next++;
    return switch (token.kind()) {
      case POINTER -> root -> JsonTree.at(root, token.text());
      case VALUE -> {
        Optional<Object> value = Optional.of(values.get(Integer.parseInt(token.text())));
        yield root -> value;
      }
      case OPERATOR, END ->
          throw new IllegalArgumentException(
              "a value is missing before "
                  + token.text()
                  + "; write /order/total > 100 or /state == \"paid\"");
    };
  }

  private static boolean compare(String operator, Optional<Object> left, Optional<Object> right) {
    boolean equal =
        left.isPresent()
            && right.isPresent()
            && ((left.get() instanceof BigDecimal a && right.get() instanceof BigDecimal b)
                ? a.compareTo(b) == 0
                : left.get().equals(right.get()));
    return switch (operator) {
      case "==" -> equal;
      case "!=" -> !equal;
      case "<" -> ordered(left, right, -1, -1);
      case "<=" -> ordered(left, right, -1, 0);
      case ">" -> ordered(left, right, 1, 1);
      default -> ordered(left, right, 0, 1);
    };
  }

  /** Whether both are numbers, or both strings, and the left is to the right as asked. */
  private static boolean ordered(
      Optional<Object> left, Optional<Object> right, int atLeast, int atMost) {
    int order;
    if (left.orElse("") instanceof BigDecimal a && right.orElse("") instanceof BigDecimal b) {
      order = a.compareTo(b);
    } else if (left.orElse(JsonTree.NULL) instanceof String a
        && right.orElse(JsonTree.NULL) instanceof String b) {
      order = Integer.signum(a.compareTo(b));
    } else {
      return false;
    }
    return order >= atLeast && order <= atMost;
  }
}
