package io.heliograph.cli.simulate;

import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What is chosen beside the options: by a preset or a scenario file, and by {@code --set}, of which
 * the later wins. A value that is an option, too, has its name.
 */
final class Scenario {
  static final String VERSION = "sse-cli/v2";

  // The first two lines are options, too.
  private static final Set<String> NAMES =
      names(
          "server token header subscribe-url publish-url publish-body users rate broadcast warmup"
              + " duration storm run threshold"
              + " ramp arrivals size drain churn offline slow slow-read stalled"
              + " no-default-threshold name seed engine lanes max-lag source-ip"
              + " server-pid broadcast-url publish-header");

  // Of these a file may have a list.
  private static final Set<String> LISTS =
      names("header publish-header storm run threshold no-default-threshold");

  private static Set<String> names(String words) {
    return new TreeSet<>(List.of(words.split(" ", 0)));
  }

  private record Value(List<String> texts, String place) {}

  private final Map<String, Value> values = new LinkedHashMap<>();
  private @Nullable Preset preset;

  private Scenario() {}

  /** Reads a preset or a file, if one is named, and {@code NAME=VALUE}. */
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
      scenario.read(Path.of(named));
    }
    var given = new LinkedHashMap<String, List<String>>();
    for (String set : sets) {
      int equals = set.indexOf('=');
      String name = equals < 0 ? set : set.substring(0, equals);
      if (equals < 1) {
        throw new IllegalArgumentException("--set is '" + set + "'; write NAME=VALUE");
      }
      requireKnown(name, "--set");
      given.computeIfAbsent(name, n -> new ArrayList<>()).add(set.substring(equals + 1));
    }
    given.forEach((name, texts) -> scenario.put(name, texts, "--set " + name));
    return scenario;
  }

  private static void requireKnown(String name, String place) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException(
          place + ": unknown name '" + name + "'; allowed: " + String.join(", ", NAMES));
    }
  }

  /** Reads a file; an unknown name is an error, because it is a misspelt one. */
  private void read(Path file) {
    try {
      Node root = Yaml.read(file);
      List<Yaml.Entry> entries = root == null ? List.of() : Yaml.entries(root, file);
      if (entries.isEmpty() || !entries.getFirst().key().equals("apiVersion")) {
        throw new IllegalArgumentException(file + " does not begin with  apiVersion: " + VERSION);
      }
      String version = Yaml.scalar(entries.getFirst().value(), file);
      if (!version.equals(VERSION)) {
        throw new IllegalArgumentException(
            file + ": apiVersion is " + version + "; allowed: " + VERSION);
      }
      for (Yaml.Entry entry : entries.subList(1, entries.size())) {
        String name = entry.key();
        String place = file + ", line " + entry.line();
        requireKnown(name, place);
        put(
            name,
            LISTS.contains(name)
                ? Yaml.scalars(entry.value(), file)
                : List.of(Yaml.scalar(entry.value(), file)),
            place);
      }
    } catch (ConfigException | IOException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private void put(String name, List<String> texts, String place) {
    values.put(name, new Value(texts, place));
  }

  @Nullable Preset preset() {
    return preset;
  }

  /** All values of this name; empty if there are none. */
  List<String> texts(String name) {
    Value value = values.get(name);
    return value == null ? List.of() : value.texts;
  }

  Optional<String> text(String name) {
    List<String> texts = texts(name);
    return texts.isEmpty() ? Optional.empty() : Optional.of(texts.getLast());
  }

  /** Where a value was written: {@code friday.yaml, line 12}. */
  String place(String name) {
    Value value = values.get(name);
    return value == null ? "--" + name : value.place;
  }

  <T> List<T> all(String name, ITypeConverter<T> converter) {
    return texts(name).stream().map(text -> converted(name, text, converter)).toList();
  }

  /** The value of a name, converted; {@code otherwise} where there is none. */
  <T> T value(String name, ITypeConverter<T> converter, T otherwise) {
    return value(name, converter).orElse(otherwise);
  }

  <T> Optional<T> value(String name, ITypeConverter<T> converter) {
    return text(name).map(text -> converted(name, text, converter));
  }

  private <T> T converted(String name, String text, ITypeConverter<T> converter) {
    try {
      return converter.convert(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          place(name) + ": " + name + ": '" + text + "' is no whole number, or is too large", e);
    } catch (TypeConversionException | IllegalArgumentException e) {
      throw new IllegalArgumentException(place(name) + ": " + name + ": " + e.getMessage(), e);
    } catch (Exception e) {
      throw new IllegalStateException("a converter throws what none may", e);
    }
  }
}
