package io.heliograph.cli.follow;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which events are of interest, by their data. */
public final class FilterOptions {
  @Option(
      names = "--grep",
      paramLabel = "PATTERN",
      converter = Regex.class,
      description = "Show only events whose data matches this regular expression. Repeatable.")
  private List<Pattern> patterns = List.of();

  /** For picocli. RE2 takes linear time, so that no event can hold up those after it. */
  static final class Regex implements ITypeConverter<Pattern> {
    @Override
    public Pattern convert(String text) {
      try {
        return Pattern.compile(text);
      } catch (PatternSyntaxException e) {
        throw new TypeConversionException(
            "'" + text + "' is not a regular expression of RE2: " + e.getDescription());
      }
    }
  }

  /** Whether all data passes. */
  public boolean isEmpty() {
    return patterns.isEmpty();
  }

  /** Whether every pattern is found in an event's data. */
  public boolean matches(String data) {
    return patterns.stream().allMatch(pattern -> pattern.matcher(data).find());
  }
}
