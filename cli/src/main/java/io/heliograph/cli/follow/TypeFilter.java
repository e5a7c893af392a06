package io.heliograph.cli.follow;

import io.heliograph.client.Event;
import java.util.List;
import java.util.regex.Pattern;

/** Which types of events are dealt with. */
public final class TypeFilter implements EventFilter {
  private final List<Pattern> wanted;
  private final List<Pattern> unwanted;

  /**
   * Takes an event if any glob fits its type, or none is given, and no glob with {@code !} before
   * it fits. A {@code *} in a glob stands for any text.
   */
  public TypeFilter(List<String> globs) {
    wanted = globs.stream().filter(glob -> !glob.startsWith("!")).map(TypeFilter::pattern).toList();
    unwanted =
        globs.stream()
            .filter(glob -> glob.startsWith("!"))
            .map(glob -> pattern(glob.substring(1)))
            .toList();
  }

  @Override
  public boolean takes(Event event) {
    return takes(event.type());
  }

  boolean takes(String type) {
    return (wanted.isEmpty() || fits(wanted, type)) && !fits(unwanted, type);
  }

  private static boolean fits(List<Pattern> patterns, String type) {
    return patterns.stream().anyMatch(pattern -> pattern.matcher(type).matches());
  }

  private static Pattern pattern(String glob) {
    return Pattern.compile(Pattern.quote(glob).replace("*", "\\E.*\\Q"));
  }
}
