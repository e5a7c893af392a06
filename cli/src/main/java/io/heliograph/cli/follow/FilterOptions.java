package io.heliograph.cli.follow;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which events are of interest, by their data. */
public final class FilterOptions {
  @Option(
      names = "--grep",
      paramLabel = "RE",
      description = "Only events in whose data this regular expression is found. Repeatable.")
  private List<Pattern> patterns = List.of();

  @Option(
      names = "--where",
      paramLabel = "EXPR",
      converter = Condition.class,
      description =
          "Only events whose JSON fits, as '/order/total > 100 && /cur == \"EUR\"'. Repeatable.")
  private List<Where> conditions = List.of();

  /** For picocli. */
  static final class Condition implements ITypeConverter<Where> {
    @Override
    public Where convert(String expression) {
      try {
        return new Where(expression);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + expression + "': " + e.getMessage());
      }
    }
  }

  /** Whether all data passes. */
  public boolean isEmpty() {
    return patterns.isEmpty() && conditions.isEmpty();
  }

  /** Tests an event's data: all that was asked for must be so. */
  public Predicate<String> data() {
    return data ->
        patterns.stream().allMatch(pattern -> new Regex(pattern).isIn(data))
            && conditions.stream().allMatch(condition -> condition.test(data));
  }
}
