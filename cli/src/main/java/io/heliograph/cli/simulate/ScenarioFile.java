package io.heliograph.cli.simulate;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
 * Reads a scenario: a YAML document whose values are those of options, in an order that tells a
 * story. Only the tree is read, no objects are made of it; an unknown key is an error, for it is a
 * misspelt one.
 */
final class ScenarioFile {
  static final String VERSION = "sse-cli/v1";
  private static final int MOST_CHARACTERS = 1 << 20;

  private final Path file;
  private final List<Setting> settings = new ArrayList<>();

  private ScenarioFile(Path file) {
    this.file = file;
  }

  /**
   * One value of an option.
   *
   * @param option its long name
   * @param line where it stands, from 1
   */
  record Setting(String option, String value, int line) {}

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it cannot be read or is none; the message names file and
   *     line, and what is allowed
   */
  static List<Setting> read(Path file) {
    var reader = new ScenarioFile(file);
    var options = new LoaderOptions();
    options.setCodePointLimit(MOST_CHARACTERS);
    try (Reader text = Files.newBufferedReader(file)) {
      Node root = new Yaml(new SafeConstructor(options)).compose(text);
      if (root == null) {
        throw new IllegalArgumentException(file + " is empty");
      }
      reader.root(root);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file " + file, e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
      throw new IllegalArgumentException(file + ":" + line + ": " + e.getProblem(), e);
    } catch (YAMLException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    return List.copyOf(reader.settings);
  }

  /** What to do with the value of a key. */
  private static final class Keys extends LinkedHashMap<String, Consumer<Node>> {
    private static final long serialVersionUID = 1L;

    Keys with(String key, Consumer<Node> value) {
      put(key, value);
      return this;
    }
  }

  private void root(Node root) {
    boolean[] versioned = {false};
    object(
        root,
        "a scenario",
        new Keys()
            .with(
                "apiVersion",
                node -> {
                  versioned[0] = true;
                  require(text(node).equals(VERSION), node, "allowed: apiVersion: " + VERSION);
                })
            .with("name", to("--name"))
            .with("seed", to("--seed"))
            .with("repeat", to("--repeat"))
            .with("climb", to("--climb"))
            .with("target", node -> object(node, "target", target()))
            .with("users", node -> object(node, "users", new Keys().with("count", to("--users"))))
            .with(
                "connect",
                node ->
                    object(
                        node,
                        "connect",
                        new Keys().with("ramp", to("--ramp")).with("from", to("--source-ip"))))
            .with("publish", node -> items(node, this::publish))
            .with("behaviour", node -> object(node, "behaviour", behaviour()))
            .with("events", node -> items(node, this::event))
            .with(
                "phases",
                node ->
                    object(
                        node,
                        "phases",
                        new Keys()
                            .with("warmup", to("--warmup"))
                            .with("measure", to("--duration"))
                            .with("drain", to("--drain"))))
            .with("thresholds", node -> items(node, this::threshold))
            .with("without_thresholds", each("--no-default-threshold"))
            .with(
                "generator",
                node ->
                    object(
                        node,
                        "generator",
                        new Keys()
                            .with("engine", to("--engine"))
                            .with("lanes", to("--lanes"))
                            .with("max_lag", to("--max-lag"))))
            .with(
                "server_metrics",
                node ->
                    object(
                        node,
                        "server_metrics",
                        new Keys()
                            .with("scrape", to("--server-metrics"))
                            .with("pid", to("--server-pid")))));
    require(versioned[0], root, "it does not begin with  apiVersion: " + VERSION);
  }

  private Keys target() {
    return new Keys()
        .with("server", to("--server"))
        .with("subscribe", to("--subscribe-url"))
        .with("publish", to("--publish-url"))
        .with("broadcast", to("--broadcast-url"))
        .with("body", to("--publish-body"))
        .with("token", to("--token"))
        .with("headers", each("--header"))
        .with("publish_headers", each("--publish-header"));
  }

  private Keys behaviour() {
    return new Keys()
        .with(
            "churn",
            node ->
                object(
                    node,
                    "churn",
                    new Keys().with("rate", to("--churn")).with("offline", to("--offline"))))
        .with(
            "cohorts",
            node ->
                object(
                    node,
                    "cohorts",
                    new Keys()
                        .with(
                            "slow",
                            slow ->
                                object(
                                    slow,
                                    "slow",
                                    new Keys()
                                        .with("share", to("--slow"))
                                        .with("read", to("--slow-read"))))
                        .with(
                            "stalled",
                            stalled ->
                                object(
                                    stalled,
                                    "stalled",
                                    new Keys().with("share", to("--stalled"))))));
  }

  private void publish(Node node) {
    Map<String, Node> entry =
        entry(node, "publish", List.of("to", "rate", "arrivals", "size"), List.of("to", "rate"));
    Node whom = entry.getOrDefault("to", node);
    String to = text(whom);
    switch (to) {
      case "all" -> {
        require(
            !entry.containsKey("arrivals") && !entry.containsKey("size"),
            node,
            "arrivals and size stand with to: one-user; they hold for all publishes");
        add("--broadcast", entry.getOrDefault("rate", node));
      }
      case "one-user", "zipf" -> {
        set("--to", to.equals("zipf") ? "zipf" : "uniform", whom);
        add("--rate", entry.getOrDefault("rate", node));
        entry.forEach(
            (key, value) -> {
              if (key.equals("arrivals") || key.equals("size")) {
                add("--" + key, value);
              }
            });
      }
      default -> throw wrong(whom, "to: " + to + "; allowed: one-user, zipf, all");
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
      repeat("--storm", by == null ? value : value + ":" + text(by), storm);
    } else if (exec != null && storm == null) {
      repeat("--run", at + ":" + text(exec), exec);
    } else {
      throw wrong(node, "an event has either storm or exec");
    }
  }

  private void threshold(Node node) {
    if (node instanceof ScalarNode) {
      repeat("--threshold", text(node), node);
      return;
    }
    Map<String, Node> entry =
        entry(node, "thresholds", List.of("expr", "abort", "grace"), List.of("expr"));
    String expression = text(entry.getOrDefault("expr", node));
    Node abort = entry.get("abort");
    Node grace = entry.get("grace");
    boolean aborts = abort != null && text(abort).equals("true");
    require(
        abort == null || aborts || text(abort).equals("false"),
        node,
        "abort is true or false, not " + (abort == null ? "" : text(abort)));
    require(grace == null || aborts, node, "grace is for a threshold with abort: true");
    if (aborts) {
      repeat(
          "--abort-threshold",
          grace == null ? expression : expression + " after " + text(grace),
          node);
    } else {
      repeat("--threshold", expression, node);
    }
  }

  private void object(Node node, String what, Keys keys) {
    entry(node, what, List.copyOf(keys.keySet()), List.of())
        .forEach(
            (key, value) -> {
              Consumer<Node> reader = keys.get(key);
              if (reader != null) {
                reader.accept(value);
              }
            });
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

  private Consumer<Node> to(String option) {
    return node -> add(option, node);
  }

  private Consumer<Node> each(String option) {
    return node -> items(node, item -> repeat(option, text(item), item));
  }

  private void add(String option, Node node) {
    set(option, text(node), node);
  }

  /** An option that can be given once. */
  private void set(String option, String value, Node node) {
    var seen = new HashSet<String>();
    settings.forEach(setting -> seen.add(setting.option));
    require(!seen.contains(option), node, "this was said before (" + option + ")");
    repeat(option, value, node);
  }

  private void repeat(String option, String value, Node node) {
    settings.add(new Setting(option, value, line(node)));
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

  private IllegalArgumentException wrong(@Nullable Node node, String message) {
    return new IllegalArgumentException(
        file + (node == null ? "" : ":" + line(node)) + ": " + message);
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }
}
