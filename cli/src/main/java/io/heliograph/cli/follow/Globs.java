package io.heliograph.cli.follow;

import io.heliograph.client.Event;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Names that are asked for: types of events, or users. A {@code *} stands for any text. */
public final class Globs implements Predicate<String> {
  /** Names are looked up, for there may be many; globs are tried one by one. */
  private record Some(Set<String> names, List<Pattern> patterns) {
    static Some of(List<String> globs) {
      return new Some(
          globs.stream().filter(glob -> !glob.contains("*")).collect(Collectors.toSet()),
          globs.stream()
              .filter(glob -> glob.contains("*"))
              .map(glob -> Pattern.compile(Pattern.quote(glob).replace("*", "\\E.*\\Q")))
              .toList());
    }

    boolean isEmpty() {
      return names.isEmpty() && patterns.isEmpty();
    }

    boolean fit(String name) {
      return names.contains(name)
          || patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }
  }

  private final Some wanted;
  private final Some unwanted;

  /**
   * Takes a name if any glob fits it, or none is given, and no glob with {@code !} before it fits.
   */
  public Globs(List<String> globs) {
    wanted = Some.of(globs.stream().filter(glob -> !glob.startsWith("!")).toList());
    unwanted =
        Some.of(
            globs.stream()
                .filter(glob -> glob.startsWith("!"))
                .map(glob -> glob.substring(1))
                .toList());
  }

  @Override
  public boolean test(String name) {
    return (wanted.isEmpty() || wanted.fit(name)) && !unwanted.fit(name);
  }

  /** Takes events whose type is one of these names. */
  public EventFilter ofTypes() {
    return (Event event) -> test(event.type());
  }
}
