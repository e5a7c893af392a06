package io.heliograph.cli.settings;

import io.heliograph.cli.option.InputFile;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * Reads YAML as a tree of nodes, which know their lines: no object is ever made of what a file
 * says. No honest file comes near the limits.
 */
public final class Yaml {
  static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 20;

  private Yaml() {}

  /** One key of a mapping, and its line, from 1. */
  public record Entry(String key, int line, Node value) {}

  /** The document in a file; null if there is none in it. */
  public static @Nullable Node read(Path file) throws IOException, ConfigException {
    String text = InputFile.text(file.toString(), MAX_BYTES);
    try {
      return yaml().compose(new StringReader(text));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw new ConfigException(file + ", line " + line + ": not YAML: " + e.getProblem());
    } catch (YAMLException e) {
      throw new ConfigException(
          file + " is not YAML: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private static org.yaml.snakeyaml.Yaml yaml() {
    var loading = new LoaderOptions();
    loading.setCodePointLimit(MAX_BYTES);
    loading.setNestingDepthLimit(MAX_DEPTH);
    loading.setMaxAliasesForCollections(0);
    return new org.yaml.snakeyaml.Yaml(new SafeConstructor(loading));
  }

  public static int line(Node node) {
    return node.getStartMark() == null ? 0 : node.getStartMark().getLine() + 1;
  }

  /** The entries of a mapping, each key once. */
  public static List<Entry> entries(Node node, Path file) throws ConfigException {
    if (!(node instanceof MappingNode mapping)) {
      throw wrong(file, node, "expected keys with values, such as 'server: http://127.0.0.1:8080'");
    }
    var entries = new ArrayList<Entry>();
    var seen = new HashSet<String>();
    for (NodeTuple tuple : mapping.getValue()) {
      String key = scalar(tuple.getKeyNode(), file);
      if (!seen.add(key)) {
        throw wrong(file, tuple.getKeyNode(), "duplicate key '" + key + "'");
      }
      entries.add(new Entry(key, line(tuple.getKeyNode()), tuple.getValueNode()));
    }
    return entries;
  }

  /** A text; numbers and such are taken as they are written. */
  public static String scalar(Node node, Path file) throws ConfigException {
    if (node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
      return scalar.getValue();
    }
    throw wrong(
        file, node, node instanceof ScalarNode ? "the value is missing" : "expected one value");
  }

  /** A text, or a list of them. */
  public static List<String> scalars(Node node, Path file) throws ConfigException {
    if (!(node instanceof SequenceNode sequence)) {
      return List.of(scalar(node, file));
    }
    var values = new ArrayList<String>();
    for (Node item : sequence.getValue()) {
      values.add(scalar(item, file));
    }
    return values;
  }

  public static ConfigException wrong(Path file, Node node, String what) {
    return new ConfigException(file + ", line " + line(node) + ": " + what);
  }
}
