package io.heliograph.cli.follow;

import static java.util.stream.Collectors.joining;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.stream.Stream;

/** Names of event types, in which {@code *} matches any text; a leading {@code !} excludes. */
public final class Globs {
  private final List<Pattern> included;
  private final List<Pattern> excluded;

  /** Accepts a name that any glob matches, or all if none is given, but none that is excluded. */
  public Globs(List<String> globs) {
    included = globs.stream().filter(glob -> !glob.startsWith("!")).map(Globs::pattern).toList();
    excluded =
        globs.stream()
            .filter(glob -> glob.startsWith("!"))
            .map(glob -> pattern(glob.substring(1)))
            .toList();
  }

  private static Pattern pattern(String glob) {
    return Pattern.compile(
        Stream.of(glob.split("\\*", -1)).map(Pattern::quote).collect(joining(".*")),
        Pattern.DOTALL);
  }

  public boolean accept(String name) {
    return (included.isEmpty() || included.stream().anyMatch(pattern -> pattern.matches(name)))
        && excluded.stream().noneMatch(pattern -> pattern.matches(name));
  }
}
