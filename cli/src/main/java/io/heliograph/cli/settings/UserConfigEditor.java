package io.heliograph.cli.settings;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Changes the user's configuration and leaves the rest of the file as it is, comments too. */
public final class UserConfigEditor {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private final Path file;
  private final MappingNode document;

  private UserConfigEditor(Path file, MappingNode document) {
    this.file = file;
    this.document = document;
  }

  /**
   * Opens what is there, or begins anew.
   *
   * @param config as it was read, and so in order
   */
  public static UserConfigEditor of(UserConfig config) throws ConfigException {
    try {
      Node document = Files.exists(config.file()) ? Yaml.read(config.file()) : null;
      return new UserConfigEditor(
          config.file(), document instanceof MappingNode mapping ? changeable(mapping) : mapping());
    } catch (IOException e) {
      throw new ConfigException("cannot read " + config.file() + ": " + UserConfig.reason(e));
    }
  }

  /** A file of comments alone is read as a mapping that nothing can be added to. */
  private static MappingNode changeable(MappingNode read) {
    if (!read.getValue().isEmpty()) {
      return read;
    }
    MappingNode fresh = mapping();
    fresh.setBlockComments(read.getBlockComments());
    fresh.setEndComments(read.getEndComments());
    return fresh;
  }

  /** Adds a context, or replaces the one of this name. */
  public void put(Context context) {
    MappingNode values = mapping();
    for (Setting setting : context.settings().values()) {
      List<Node> texts = new ArrayList<>();
      setting.values().forEach(value -> texts.add(scalar(value)));
      set(
          values,
          setting.key(),
          texts.size() == 1 ? texts.getFirst() : new SequenceNode(Tag.SEQ, texts, FlowStyle.BLOCK));
    }
    set(contexts(), context.name(), values);
  }

  public void remove(String name) {
    contexts().getValue().removeIf(tuple -> isKey(tuple, name));
  }

  /** Says which context is used where none is named; null for none. */
  public void use(@Nullable String current, @Nullable String previous) {
    setOrRemove("current", current);
    setOrRemove("previous", previous);
  }

  /** Writes the file, whole or not at all, for its owner only. */
  public void save() throws ConfigException {
    write(file, Yaml.write(document));
  }

  private static void write(Path file, String text) throws ConfigException {
    try {
      Path directory = file.toAbsolutePath().getParent();
      Files.createDirectories(directory, modes("rwx------"));
      // Where it is a link, to a repository of such files say, it stays one.
      Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Path written = Files.createTempFile(real.getParent(), ".config", ".yaml", modes("rw-------"));
      try {
        try (var out = FileChannel.open(written, StandardOpenOption.WRITE)) {
          var bytes = StandardCharsets.UTF_8.encode(text);
          while (bytes.hasRemaining()) {
            out.write(bytes);
          }
          out.force(true);
        }
        Files.move(written, real, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw new ConfigException("cannot write " + file + ": " + UserConfig.reason(e));
    }
  }

  private static FileAttribute<?>[] modes(String modes) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(modes))
        }
        : new FileAttribute<?>[0];
  }

  private MappingNode contexts() {
    for (NodeTuple tuple : document.getValue()) {
      if (isKey(tuple, "contexts") && tuple.getValueNode() instanceof MappingNode contexts) {
        contexts.setFlowStyle(FlowStyle.BLOCK);
        return contexts;
      }
    }
    MappingNode contexts = mapping();
    set(document, "contexts", contexts);
    return contexts;
  }

  private void setOrRemove(String key, @Nullable String value) {
    if (value == null) {
      document.getValue().removeIf(tuple -> isKey(tuple, key));
    } else {
      set(document, key, scalar(value));
    }
  }

  private static void set(MappingNode mapping, String key, Node value) {
    List<NodeTuple> tuples = mapping.getValue();
    for (int i = 0; i < tuples.size(); i++) {
      if (isKey(tuples.get(i), key)) {
        tuples.set(i, new NodeTuple(tuples.get(i).getKeyNode(), value));
        return;
      }
    }
    tuples.add(new NodeTuple(scalar(key), value));
  }

  private static boolean isKey(NodeTuple tuple, String key) {
    return tuple.getKeyNode() instanceof ScalarNode scalar && scalar.getValue().equals(key);
  }

  private static MappingNode mapping() {
    return new MappingNode(Tag.MAP, new ArrayList<>(), FlowStyle.BLOCK);
  }

  private static ScalarNode scalar(String text) {
    return new ScalarNode(Tag.STR, text, null, null, ScalarStyle.PLAIN);
  }
}
