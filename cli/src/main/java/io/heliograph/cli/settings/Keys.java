package io.heliograph.cli.settings;

import io.heliograph.server.config.Typo;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/**
 * What can be configured: the options that commands share, and the output format. A key is the long
 * name of its option; that of an option which may be repeated is in the plural.
 */
public final class Keys {
  /** Every command that has one declares it for itself, with its own formats. */
  private static final String OUTPUT = "output";

  /** Chooses where the others come from, so it is no value among them. */
  private static final String CONTEXT = "context";

  private final Supplier<SortedMap<String, Boolean>> read;
  private @Nullable SortedMap<String, Boolean> repeatable;

  private Keys(Supplier<SortedMap<String, Boolean>> read) {
    this.read = read;
  }

  /** Of the options in these classes, which are looked at when the first key is asked for. */
  public static Keys of(Class<?>... shared) {
    return new Keys(
        () -> {
          var keys = new TreeMap<String, Boolean>();
          keys.put(OUTPUT, false);
          Stream.of(shared).forEach(type -> collect(type, keys));
          keys.remove(CONTEXT);
          return keys;
        });
  }

  private static void collect(Class<?> type, SortedMap<String, Boolean> keys) {
    for (Field field : type.getDeclaredFields()) {
      ArgGroup group = field.getAnnotation(ArgGroup.class);
      // Of those that exclude each other none can be set for good.
      if (field.isAnnotationPresent(Mixin.class) || (group != null && !group.exclusive())) {
        collect(field.getType(), keys);
      }
      add(field, Collection.class.isAssignableFrom(field.getType()), keys);
    }
    for (var method : type.getDeclaredMethods()) {
      add(method, false, keys);
    }
  }

  private static void add(
      AnnotatedElement member, boolean repeatable, SortedMap<String, Boolean> keys) {
    Option option = member.getAnnotation(Option.class);
    if (option != null && !option.usageHelp() && !option.versionHelp()) {
      String longest =
          Stream.of(option.names()).max(Comparator.comparingInt(String::length)).orElseThrow();
      keys.put(key(longest, repeatable), repeatable);
    }
  }

  private static String key(String longestName, boolean repeatable) {
    return longestName.replaceFirst("^-+", "") + (repeatable ? "s" : "");
  }

  private SortedMap<String, Boolean> map() {
    if (repeatable == null) {
      repeatable = read.get();
    }
    return repeatable;
  }

  /** All of them, sorted. */
  public List<String> all() {
    return List.copyOf(map().keySet());
  }

  boolean isKey(String word) {
    return map().containsKey(word);
  }

  /** Whether it may have several values. */
  public boolean isRepeatable(String key) {
    return Boolean.TRUE.equals(map().get(key));
  }

  /** The key of an option; none if that cannot be configured. */
  public Optional<String> of(OptionSpec option) {
    String key = key(option.longestName(), option.isMultiValue());
    return isKey(key) ? Optional.of(key) : Optional.empty();
  }

  /** The variable of the environment that says the same. */
  public static String variable(String key) {
    return "SSE_CLI_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** For who wrote one that is none. */
  static String unknown(String word, String where, Collection<String> allowed) {
    return "there is no key '"
        + word
        + "' "
        + where
        + Typo.meant(word, allowed).map(meant -> "; did you mean '" + meant + "'?").orElse(";")
        + " There are: "
        + String.join(", ", allowed);
  }
}
