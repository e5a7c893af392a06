package io.heliograph.server.config;

import io.heliograph.server.event.Durations;
import io.heliograph.server.event.Numbers;
import io.heliograph.server.limit.ClientAddresses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Looks up settings by name: flags first, then the environment, then the file, then the default. It
 * remembers the names that were looked up, so that it can reject unknown names.
 */
final class SettingsReader {

  private static final String ENVIRONMENT_PREFIX = "HELIOGRAPH_";

  // Read by the launcher before Java starts.
  private static final List<String> LAUNCHER_VARIABLES =
      List.of("HELIOGRAPH_AOT", "HELIOGRAPH_JAVA_HOME", "HELIOGRAPH_JAVA_OPTS");

  // What Kubernetes sets for a service that is called heliograph or heliograph-something: no typos.
  private static final Pattern KUBERNETES =
      Pattern.compile("\\w+_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_(TCP|UDP)(_\\w+)?)?)");

  private final Map<String, String> flags;
  private final Map<String, String> environment;
  private final Map<String, String> file;
  private final String nameOfFile;
  private final TreeSet<String> known = new TreeSet<>();

  SettingsReader(
      Map<String, String> flags,
      Map<String, String> environment,
      Map<String, String> file,
      Optional<Path> path) {
    this.flags = flags;
    this.environment = environment;
    this.file = file;
    this.nameOfFile = "the configuration file" + path.map(at -> " " + at).orElse("");
  }

  String text(String name, String otherwise) {
    return optional(name).orElse(otherwise);
  }

  /**
   * A text, which must not be empty: a variable that another one should have filled would otherwise
   * become an issuer or a file that nobody meant. The same for the line break at the end of a file.
   */
  Optional<String> optional(String name) {
    return find(name)
        .map(
            found -> {
              if (found.value().isBlank()) {
                throw new SettingsException(
                    "%s is empty (from %s). Give it a value, or remove it."
                        .formatted(found.name(), found.source()));
              } else if (found.value().chars().anyMatch(Character::isISOControl)) {
                throw new SettingsException(
                    "%s contains a control character, such as a line break (from %s). Remove it."
                        .formatted(found.name(), found.source()));
              }
              return found.value();
            });
  }

  /** Whether the setting is given anywhere, even with its default value. */
  boolean isGiven(String name) {
    return find(name).isPresent();
  }

  /**
   * A secret, which must be neither in a file that is copied nor in a command line that everybody
   * can see.
   */
  Optional<String> environmentOnly(String name, String mend) {
    return find(name)
        .map(
            found -> {
              if (!found.source().equals(variableFor(name))) {
                throw new SettingsException(
                    name
                        + " may only come from the environment, as "
                        + variableFor(name)
                        + ". "
                        + mend);
              }
              return found.value();
            });
  }

  String choice(String name, String otherwise, List<String> allowed) {
    return find(name)
        .map(
            found -> {
              return allowed.stream()
                  .filter(found::is)
                  .findFirst()
                  .orElseThrow(
                      () ->
                          bad(
                              found,
                              String.join(" or ", allowed),
                              "The default is " + otherwise + "."));
            })
        .orElse(otherwise);
  }

  /** Comma-separated values; in a file also a list. */
  List<String> list(String name) {
    Optional<Found> text = find(name);
    if (text.isPresent()) {
      return Pattern.compile(",")
          .splitAsStream(text.get().value())
          .map(String::strip)
          .filter(value -> !value.isEmpty())
          .toList();
    }
    var values = new ArrayList<String>();
    for (int i = 0; file.containsKey(name + "." + i); i++) {
      known.add(name + "." + i);
      values.add(file.get(name + "." + i));
    }
    return values;
  }

  int integer(String name, int otherwise, int least, int most) {
    return find(name)
        .map(
            found -> {
              String allowed = "a whole number from " + least + " to " + most;
              return Numbers.parse(found.value(), least, most)
                  .orElseThrow(() -> bad(found, allowed, "The default is " + otherwise + "."));
            })
        .orElse(otherwise);
  }

  /**
   * A number of at least 1, or a word that means none.
   *
   * @param meaning of the word, for the message
   */
  OptionalInt integerOr(String word, String name, int most, String meaning) {
    Optional<Found> found = find(name).filter(value -> !value.is(word));
    if (found.isEmpty()) {
      return OptionalInt.empty();
    }
    OptionalInt number = Numbers.parse(found.get().value(), 1, most);
    if (number.isEmpty()) {
      throw bad(
          found.get(),
          "'" + word + "' or a whole number from 1 to " + most,
          "The default is " + word + ": " + meaning + ".");
    }
    return number;
  }

  /** Comma-separated addresses and CIDRs; in a file also a list. */
  List<String> addresses(String name) {
    List<String> addresses = list(name);
    try {
      new ClientAddresses(addresses);
    } catch (IllegalArgumentException e) {
      throw bad(
          find(name).orElse(new Found(name, String.join(",", addresses), nameOfFile)),
          "comma-separated addresses or CIDRs",
          e.getMessage() + ". Try 10.0.0.0/8.");
    }
    return addresses;
  }

  Duration duration(String name, Duration otherwise, Duration least, Duration most, String why) {
    return find(name)
        .map(
            found -> {
              String allowed =
                  "a duration from " + Durations.text(least) + " to " + Durations.text(most);
              Optional<Duration> value = Durations.parse(found.value());
              if (value.isEmpty()
                  || value.get().compareTo(least) < 0
                  || value.get().compareTo(most) > 0) {
                throw bad(
                    found,
                    allowed,
                    (why + " The default is " + Durations.text(otherwise) + ".").strip());
              }
              return value.get();
            })
        .orElse(otherwise);
  }

  Optional<Duration> durationOrOff(String name, Duration least, Duration most, String example) {
    return find(name)
        .filter(found -> !found.is("off"))
        .map(
            found -> {
              String allowed =
                  "'off' or a duration from "
                      + Durations.text(least)
                      + " to "
                      + Durations.text(most);
              Optional<Duration> value = Durations.parse(found.value());
              if (value.isEmpty()
                  || value.get().compareTo(least) < 0
                  || value.get().compareTo(most) > 0) {
                throw bad(found, allowed, "The default is off; try " + example + ".");
              }
              return value.get();
            });
  }

  long bytes(String name, long otherwise, long least, long most) {
    return bytes(name, otherwise, least, most, "");
  }

  /** As above; the message about a value that is not allowed ends with the hint. */
  long bytes(String name, long otherwise, long least, long most, String hint) {
    return find(name)
        .map(
            found -> {
              String allowed = "a size from " + Sizes.text(least) + " to " + Sizes.text(most);
              OptionalLong value = Sizes.parse(found.value());
              if (value.isEmpty() || value.getAsLong() < least || value.getAsLong() > most) {
                throw bad(found, allowed, "Try " + Sizes.text(otherwise) + ", the default." + hint);
              }
              return value.getAsLong();
            })
        .orElse(otherwise);
  }

  /**
   * Rejects unknown names. Call it after all settings were read.
   *
   * @return warnings for the operator
   * @throws SettingsException if a flag or the file contains an unknown name
   */
  List<String> rejectUnknown() {
    flags.keySet().forEach(name -> rejectUnknown(name, "given as a flag"));
    file.forEach(
        (name, value) -> {
          if (!isEmptySection(name, value)) {
            rejectUnknown(name, "in " + nameOfFile);
          }
        });
    var variables = new TreeSet<String>(LAUNCHER_VARIABLES);
    known.forEach(name -> variables.add(variableFor(name)));
    var warnings = new ArrayList<String>();
    for (String variable : new TreeSet<>(environment.keySet())) {
      // Only a warning, because Kubernetes injects variables named after services.
      if (variable.startsWith(ENVIRONMENT_PREFIX)
          && (!variables.contains(variable)
              || isInjected(environment.getOrDefault(variable, "")))) {
        warnings.add(
            "The environment variable "
                + variable
                + " is not a setting and is ignored."
                + (KUBERNETES.matcher(variable).matches() ? "" : didYouMean(variable, variables)));
      }
    }
    return warnings;
  }

  /** A section all of whose settings are commented out. */
  private boolean isEmptySection(String name, String value) {
    String next = known.higher(name + ".");
    return value.isEmpty() && next != null && next.startsWith(name + ".");
  }

  private void rejectUnknown(String name, String where) {
    if (!known.contains(name)) {
      String meant = didYouMean(name, known);
      throw new SettingsException(
          "Unknown setting '"
              + name
              + "' ("
              + where
              + ")."
              + (meant.isEmpty() ? " Settings are: " + String.join(", ", known) + "." : meant));
    }
  }

  private static String didYouMean(String typed, Collection<String> known) {
    return Typo.meant(typed, known).map(meant -> " Did you mean '" + meant + "'?").orElse("");
  }

  private Optional<Found> find(String name) {
    known.add(name);
    String variable = variableFor(name);
    if (flags.containsKey(name)) {
      return Optional.of(new Found(name, flags.get(name), "the flag"));
    }
    if (environment.containsKey(variable) && !isInjected(environment.getOrDefault(variable, ""))) {
      return Optional.of(new Found(name, environment.get(variable), variable));
    }
    if (file.containsKey(name)) {
      return Optional.of(new Found(name, file.get(name), nameOfFile));
    }
    return Optional.empty();
  }

  /**
   * Kubernetes sets {@code HELIOGRAPH_SERVER_PORT=tcp://10.0.0.1:8080} for a service that is named
   * heliograph-server, like this program.
   */
  private static boolean isInjected(String value) {
    return value.startsWith("tcp://");
  }

  static String variableFor(String name) {
    return ENVIRONMENT_PREFIX + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static SettingsException bad(Found found, String allowed, String mend) {
    return new SettingsException(
        "%s is '%s' (from %s), but must be %s. %s"
            .formatted(found.name(), found.value(), found.source(), allowed, mend));
  }

  private record Found(String name, String value, String source) {

    /**
     * Whether the value is the word. YAML reads an unquoted {@code off} as false: in the file, and
     * in what writes the environment, such as the values of Helm's chart or a compose file.
     */
    boolean is(String word) {
      return value.equals(word) || (word.equals("off") && value.equals("false"));
    }
  }
}
