package io.heliograph.cli.follow;

import io.heliograph.client.Event;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Names that are asked for: types of events, or users. A {@code *} stands for any text. */
public final class Globs implements Predicate<String> {
  /** Names are looked up, for there may be many; globs are tried one by one. */
  private record Some(Set<String> names, List<String> globs) {
    static Some of(List<String> globs) {
      return new Some(
          globs.stream().filter(glob -> !glob.contains("*")).collect(Collectors.toSet()),
          globs.stream().filter(glob -> glob.contains("*")).toList());
    }

    boolean isEmpty() {
      return names.isEmpty() && globs.isEmpty();
    }

    boolean fit(String name) {
      return names.contains(name) || globs.stream().anyMatch(glob -> fits(glob, name));
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

  /**
   * Whether the glob fits all of the name. No regular expression, which would try all ways to share
   * the name out among several {@code *}: it is enough to give each the least that lets the text
   * behind it fit.
   */
  static boolean fits(String glob, String name) {
    int at = 0;
    int next = 0;
    int star = -1; // The last one that was met, and from where on its text is.
    int from = 0;
    while (next < name.length()) {
      if (at < glob.length() && glob.charAt(at) == '*') {
        star = at++;
        from = next;
      } else if (at < glob.length() && glob.charAt(at) == name.charAt(next)) {
        at++;
        next++;
      } else if (star >= 0) {
        at = star + 1;
        next = ++from;
      } else {
        return false;
      }
    }
    while (at < glob.length() && glob.charAt(at) == '*') {
      at++;
    }
    return at == glob.length();
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
