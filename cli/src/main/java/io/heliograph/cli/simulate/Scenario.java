package io.heliograph.cli.simulate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What is chosen beside the options: by a preset, a scenario file and {@code --set}, of which the
 * later wins. Each value has the name of an option, or one of {@link #OTHERS}.
 */
final class Scenario {
  /** Names of values that are no options. */
  static final Set<String> OTHERS =
      Set.of(
          "ramp",
          "to",
          "arrivals",
          "size",
          "drain",
          "churn",
          "offline",
          "slow",
          "slow-read",
          "stalled",
          "climb",
          "abort-threshold",
          "no-default-threshold",
          "name",
          "seed",
          "lanes",
          "max-lag",
          "source-ip",
          "start-at",
          "server-pid",
          "broadcast-url",
          "publish-header");

  /** Names of options that a scenario may set, too. */
  private static final Set<String> OPTIONS =
      Set.of(
          "server",
          "token",
          "header",
          "subscribe-url",
          "publish-url",
          "publish-body",
          "users",
          "rate",
          "broadcast",
          "warmup",
          "duration",
          "storm",
          "run",
          "threshold");

  static final Scenario NONE = new Scenario();

  private record Value(List<String> texts, String place) {}

  private final Map<String, Value> values = new LinkedHashMap<>();
  private @Nullable Preset preset;

  private Scenario() {}

  /**
   * Reads all of them.
   *
   * @param named a preset or a file; null for none
   * @param sets {@code NAME=VALUE}
   * @throws IllegalArgumentException if the file cannot be read, or a name is unknown
   */
  static Scenario of(@Nullable String named, List<String> sets) {
    var scenario = new Scenario();
    Optional<Preset> preset = named == null ? Optional.empty() : Preset.of(named);
    if (preset.isPresent()) {
      scenario.preset = preset.get();
      preset
          .get()
          .settings()
          .forEach((name, text) -> scenario.put(name, List.of(text), "preset " + named));
    } else if (named != null) {
      if (!Files.exists(Path.of(named))) {
        throw new IllegalArgumentException(
            "there is no preset and no file '" + named + "'; presets: " + List.of(Preset.values()));
      }
      ScenarioFile.read(Path.of(named))
          .forEach(value -> scenario.add(value.name(), value.text(), named + ":" + value.line()));
    }
    var given = new LinkedHashMap<String, List<String>>();
    for (String set : sets) {
      int equals = set.indexOf('=');
      String name = equals < 0 ? set : set.substring(0, equals);
      if (equals < 1 || !(OTHERS.contains(name) || OPTIONS.contains(name))) {
        throw new IllegalArgumentException(
            equals < 1
                ? "--set is '" + set + "'; write NAME=VALUE"
                : "--set: there is no value '" + name + "'; there are " + names());
      }
      given.computeIfAbsent(name, n -> new ArrayList<>()).add(set.substring(equals + 1));
    }
    given.forEach((name, texts) -> scenario.put(name, texts, "--set " + name));
    return scenario;
  }

  private static String names() {
    return Stream.concat(OTHERS.stream(), OPTIONS.stream())
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private void put(String name, List<String> texts, String place) {
    values.put(name, new Value(texts, place));
  }

  private void add(String name, String text, String place) {
    Value before = values.get(name);
    var texts = new ArrayList<>(before == null ? List.<String>of() : before.texts);
    texts.add(text);
    put(name, texts, before == null ? place : before.place);
  }

  /** The preset that was named; null for none. */
  @Nullable Preset preset() {
    return preset;
  }

  /** All values of this name; empty if there are none. */
  List<String> texts(String name) {
    Value value = values.get(name);
    return value == null ? List.of() : value.texts;
  }

  /** The value of this name. */
  Optional<String> text(String name) {
    List<String> texts = texts(name);
    return texts.isEmpty() ? Optional.empty() : Optional.of(texts.getLast());
  }

  /** Where a value was written: {@code friday.yaml:12}. */
  String place(String name) {
    Value value = values.get(name);
    return value == null ? "--" + name : value.place;
  }

  /** All values of a name, converted. */
  <T> List<T> all(String name, ITypeConverter<T> converter) {
    return texts(name).stream().map(text -> converted(name, text, converter)).toList();
  }

  /** The value of a name, converted; {@code otherwise} where there is none. */
  <T> T value(String name, ITypeConverter<T> converter, T otherwise) {
    return value(name, converter).orElse(otherwise);
  }

  /** The value of a name, converted. */
  <T> Optional<T> value(String name, ITypeConverter<T> converter) {
    return text(name).map(text -> converted(name, text, converter));
  }

  private <T> T converted(String name, String text, ITypeConverter<T> converter) {
    try {
      return converter.convert(text);
    } catch (TypeConversionException | IllegalArgumentException e) {
      throw new IllegalArgumentException(place(name) + ": " + name + ": " + e.getMessage(), e);
    } catch (Exception e) {
      throw new IllegalStateException("a converter throws what none may", e);
    }
  }
}
