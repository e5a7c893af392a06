package io.heliograph.server.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads a settings file: YAML as a tree of nodes, which know their lines. A value is the text that
 * is written, under its full name, however much of the name its sections are. No honest file comes
 * near the limits. Confined to one thread.
 */
final class SettingsFile {

  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 20;
  private static final int MAX_VALUES = 10_000;
  private static final String TOO_DEEP = "there are more than " + MAX_DEPTH + " levels of sections";

  // What YAML 1.1 takes for true, beside what it takes for false.
  private static final Set<String> TRUE = Set.of("true", "yes", "on");

  private final Path path;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();
  // From the root to what is read.
  private final Set<Node> open = new HashSet<>();
  private int count;

  private SettingsFile(Path path) {
    this.path = path;
  }

  /**
   * Reads the values by name; those of a list as {@code name.0}, {@code name.1}.
   *
   * @throws SettingsException if the file cannot be read or sets a name twice
   */
  static Map<String, String> read(Path path) {
    var file = new SettingsFile(path);
    try {
      Node root = file.root(file.text());
      if (root != null) {
        file.section("", root);
      }
    } catch (MarkedYAMLException e) {
      throw file.invalid(e.getProblemMark(), String.valueOf(e.getProblem()));
    } catch (YAMLException e) {
      throw file.invalid(null, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    return file.values;
  }

  private String text() {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new SettingsException(
          "The configuration file " + path + " cannot be read. Check its name and permissions.");
    }
    if (bytes.length > MAX_BYTES) {
      throw new SettingsException("The configuration file " + path + " is larger than 1 MiB.");
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new SettingsException("The configuration file " + path + " is not UTF-8.");
    }
  }

  private @Nullable Node root(String text) {
    var options = new LoaderOptions();
    // Aliases are counted where they are followed, and depth where a line can be named.
    options.setMaxAliasesForCollections(Integer.MAX_VALUE);
    options.setNestingDepthLimit(MAX_DEPTH + 1);
    var yaml = new Yaml(new SafeConstructor(options));
    int depth = 0;
    for (Event event : yaml.parse(new StringReader(text))) {
      if (event instanceof CollectionStartEvent && ++depth > MAX_DEPTH) {
        throw invalid(event.getStartMark(), TOO_DEEP);
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
    return yaml.compose(new StringReader(text));
  }

  private void section(String prefix, Node section) {
    if (!(section instanceof MappingNode mapping)) {
      throw new SettingsException(
          "The configuration file "
              + path
              + " must contain names and values, such as server.port: 8080.");
    }
    for (NodeTuple each : mapping.getValue()) {
      Node key = each.getKeyNode();
      if (!(key instanceof ScalarNode name)) {
        throw invalid(key.getStartMark(), "a name must be a text");
      } else if (key.getTag().equals(Tag.MERGE)) {
        throw invalid(key.getStartMark(), "'<<' is not supported");
      }
      value(prefix + name.getValue(), each.getValueNode(), line(key));
    }
  }

  /**
   * Takes in a value, a list or a section.
   *
   * @param line of its name: an alias has none of its own
   */
  private void value(String name, Node node, int line) {
    if (!open.add(node)) {
      throw invalid(line, name + " contains itself through an alias");
    } else if (open.size() > MAX_DEPTH) {
      throw invalid(line, TOO_DEEP);
    } else if (++count > MAX_VALUES) {
      throw invalid(line, "with its aliases the file has more than " + MAX_VALUES + " values");
    }
    switch (node) {
      case MappingNode mapping -> section(name + ".", mapping);
      case SequenceNode sequence -> {
        setOnce(name, line);
        List<Node> items = sequence.getValue();
        for (int i = 0; i < items.size(); i++) {
          value(name + "." + i, items.get(i), line);
        }
      }
      default -> {
        setOnce(name, line);
        values.put(name, text((ScalarNode) node));
      }
    }
    open.remove(node);
  }

  private void setOnce(String name, int line) {
    Integer first = lines.putIfAbsent(name, line);
    if (first != null) {
      throw new SettingsException(
          "The configuration file %s sets %s twice, in line %s and in line %s. Remove one of them."
              .formatted(path, name, first, line));
    }
  }

  private static String text(ScalarNode node) {
    if (node.getTag().equals(Tag.NULL)) {
      return "";
    } else if (node.getTag().equals(Tag.BOOL)) {
      return String.valueOf(TRUE.contains(node.getValue().toLowerCase(Locale.ROOT)));
    }
    return node.getValue();
  }

  private static int line(Node node) {
    return node.getStartMark().getLine() + 1;
  }

  private SettingsException invalid(int line, String problem) {
    return new SettingsException(
        "The configuration file " + path + " is invalid in line " + line + ": " + problem + ".");
  }

  private SettingsException invalid(@Nullable Mark mark, String problem) {
    return mark == null
        ? new SettingsException("The configuration file " + path + " is not YAML: " + problem + ".")
        : invalid(mark.getLine() + 1, problem);
  }
}
