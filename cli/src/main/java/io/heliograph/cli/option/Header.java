package io.heliograph.cli.option;

import io.heliograph.cli.shell.Printable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** One header of a request, written {@code 'Name: value'}. */
public record Header(String name, String value) {
  /** A token of RFC 9110, 5.6.2. */
  private static final Predicate<String> NAME =
      Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+").asMatchPredicate();

  /** Reads one; what it throws never says a value, which may be a secret. */
  static Header parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1) {
      // Not what was typed: it may well be a secret without its name.
      throw new TypeConversionException("that is not a header; write 'Name: value'");
    }
    String name = text.substring(0, colon).strip();
    String value = text.substring(colon + 1).strip();
    if (!NAME.test(name)) {
      throw new TypeConversionException(
          "'%s' is no name of a header; allowed: letters, digits and !#$%%&'*+-.^_`|~"
              .formatted(Printable.of(name)));
    } else if (!value.chars().allMatch(c -> c == '\t' || (c >= ' ' && c < 0x7f))) {
      throw new TypeConversionException(
          "the value of %s has characters that no header has; allowed: printable ASCII"
              .formatted(name));
    }
    return new Header(name, value);
  }
}
