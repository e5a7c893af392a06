package io.heliograph.cli.simulate;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads a scenario file: YAML whose values are those of a {@link Scenario}, in an order that tells
 * a story. Only the tree is read, no objects are made of it; an unknown key is an error, because it
 * is a misspelt one.
 */
final class ScenarioFile {
  private static final String VERSION = "sse-cli/v1";
  private static final int MOST_CHARACTERS = 1 << 20;

  // The name of the value at each place of the file.
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    for (String row :
        """
        apiVersion apiVersion
        name name
        seed seed
        climb climb
        target.server server
        target.subscribe subscribe-url
        target.publish publish-url
        target.broadcast broadcast-url
        target.body publish-body
        target.token token
        target.headers header
        target.publish_headers publish-header
        users.count users
        connect.ramp ramp
        connect.from source-ip
        publish publish
        behaviour.churn.rate churn
        behaviour.churn.offline offline
        behaviour.cohorts.slow.share slow
        behaviour.cohorts.slow.read slow-read
        behaviour.cohorts.stalled.share stalled
        events events
        phases.warmup warmup
        phases.measure duration
        phases.drain drain
        thresholds thresholds
        without_thresholds no-default-threshold
        generator.lanes lanes
        generator.max_lag max-lag
        generator.server_pid server-pid
        """
            .split("\n", 0)) {
      String[] place = row.split(" ", 2);
      NAMES.put(place[0], place[1]);
    }
  }

  // Of these a file has a list.
  private static final Set<String> LISTS =
      Set.of("header", "publish-header", "no-default-threshold");

  /**
   * A value of a scenario.
   *
   * @param line where it is written, from 1
   */
  record Value(String name, String text, int line) {}

  private final Path file;
  private final List<Value> values = new ArrayList<>();

  private ScenarioFile(Path file) {
    this.file = file;
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it cannot be read or is not a scenario; the message names
   *     file and line, and what is allowed
   */
  static List<Value> read(Path file) {
    var reader = new ScenarioFile(file);
    var options = new LoaderOptions();
    options.setCodePointLimit(MOST_CHARACTERS);
    try (Reader text = Files.newBufferedReader(file)) {
      Node root = new Yaml(new SafeConstructor(options)).compose(text);
      if (root == null) {
        throw new IllegalArgumentException(file + " is empty");
      }
      reader.read(root, "");
      if (reader.values.stream().noneMatch(value -> value.name.equals("apiVersion"))) {
        throw reader.wrong(root, "it does not begin with  apiVersion: " + VERSION);
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      throw new IllegalArgumentException(file + ":" + line + ": " + e.getProblem(), e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    return List.copyOf(reader.values);
  }

  /** Reads what is at a path: keys below it, or a value. */
  private void read(Node node, String path) {
    String prefix = path.isEmpty() ? "" : path + ".";
    var keys = new LinkedHashSet<String>();
    NAMES.keySet().stream()
        .filter(known -> known.startsWith(prefix) && !known.equals(path))
        .forEach(known -> keys.add(known.substring(prefix.length()).split("\\.", 2)[0]));
    String name = path.substring(path.lastIndexOf('.') + 1);
    if (!keys.isEmpty()) {
      String what = path.isEmpty() ? "a scenario" : name;
      entry(node, what, List.copyOf(keys), List.of())
          .forEach((key, value) -> read(value, prefix + key));
      return;
    }
    switch (path) {
      case "publish" -> items(node, this::publish);
      case "events" -> items(node, this::event);
      case "thresholds" -> items(node, this::threshold);
      default -> value(node, path);
    }
  }

  private void value(Node node, String path) {
    String name = NAMES.getOrDefault(path, path);
    if (LISTS.contains(name)) {
      items(node, item -> add(name, text(item), item));
      return;
    }
    add(name, text(node), node);
    boolean version = !name.equals("apiVersion") || text(node).equals(VERSION);
    require(version, node, "allowed: apiVersion: " + VERSION);
  }

  private void publish(Node node) {
    Map<String, Node> entry =
        entry(node, "publish", List.of("to", "rate", "arrivals", "size"), List.of("to", "rate"));
    Node whom = entry.getOrDefault("to", node);
    String to = text(whom);
    require(List.of("one-user", "zipf", "all").contains(to), whom, to(to));
    boolean all = to.equals("all");
    require(
        !all || entry.size() == 2,
        node,
        "arrivals and size belong to to: one-user; they hold for all publishes");
    entry.forEach(
        (key, value) -> {
          switch (key) {
            case "to" -> once("to", to.equals("zipf") ? "zipf" : "uniform", value, !all);
            case "rate" -> once(all ? "broadcast" : "rate", text(value), value, true);
            default -> once(key, text(value), value, true);
          }
        });
  }

  private static String to(String to) {
    return "to: " + to + "; allowed: one-user, zipf, all";
  }

  private void once(String name, String text, Node node, boolean counts) {
    if (counts) {
      boolean first = values.stream().noneMatch(value -> value.name.equals(name));
      require(first, node, "this was said before (" + name + ")");
      add(name, text, node);
    }
  }

  private void event(Node node) {
    Map<String, Node> entry = entry(node, "events", List.of("at", "storm", "exec"), List.of("at"));
    String at = text(entry.getOrDefault("at", node));
    Node storm = entry.get("storm");
    Node exec = entry.get("exec");
    if (storm != null && exec == null) {
      Map<String, Node> how = entry(storm, "storm", List.of("drop", "how"), List.of());
      Node drop = how.get("drop");
      Node by = how.get("how");
      String value = at + ":" + (drop == null ? "100%" : text(drop));
      add("storm", by == null ? value : value + ":" + text(by), storm);
    } else if (exec != null && storm == null) {
      add("run", at + ":" + text(exec), exec);
    } else {
      throw wrong(node, "an event has either storm or exec");
    }
  }

  private void threshold(Node node) {
    if (node instanceof ScalarNode) {
      add("threshold", text(node), node);
      return;
    }
    Map<String, Node> entry =
        entry(node, "thresholds", List.of("expr", "abort", "grace"), List.of("expr"));
    String expression = text(entry.getOrDefault("expr", node));
    Node abort = entry.get("abort");
    Node grace = entry.get("grace");
    String aborts = abort == null ? "false" : text(abort);
    require(
        List.of("true", "false").contains(aborts), node, "abort is true or false, not " + aborts);
    boolean ends = aborts.equals("true");
    require(grace == null || ends, node, "grace is for a threshold with abort: true");
    String full = grace == null ? expression : expression + " after " + text(grace);
    add(ends ? "abort-threshold" : "threshold", full, node);
  }

  /** The keys of a mapping, each known and there once. */
  private Map<String, Node> entry(
      Node node, String what, List<String> allowed, List<String> required) {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(node, what + " has keys: " + String.join(", ", allowed));
    }
    var entry = new LinkedHashMap<String, Node>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = text(tuple.getKeyNode());
      require(
          allowed.contains(key),
          tuple.getKeyNode(),
          "there is no key '" + key + "' in " + what + "; allowed: " + String.join(", ", allowed));
      require(
          entry.put(key, tuple.getValueNode()) == null,
          tuple.getKeyNode(),
          "the key '" + key + "' is there twice");
    }
    for (String key : required) {
      require(entry.containsKey(key), node, what + " needs the key '" + key + "'");
    }
    return entry;
  }

  private void items(Node node, Consumer<Node> each) {
    if (!(node instanceof SequenceNode sequence)) {
      throw wrong(node, "a list is needed here: lines that begin with '- '");
    }
    sequence.getValue().forEach(each);
  }

  private void add(String name, String text, Node node) {
    values.add(new Value(name, text, line(node)));
  }

  private String text(Node node) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    throw wrong(node, "one value is needed here");
  }

  private void require(boolean condition, Node node, String message) {
    if (!condition) {
      throw wrong(node, message);
    }
  }

  private IllegalArgumentException wrong(Node node, String message) {
    return new IllegalArgumentException(file + ":" + line(node) + ": " + message);
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
