import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/**
 * Part of the build: compiles picocli's sources for the Java that runs the programs, and packs them.
 *
 * <p>Arguments: the directory with the sources, the jar to write. A jar that is there already and is
 * younger than the sources stays.
 */
final class RecompilePicocli {
  // Fixed, so that the same sources give the same jar.
  private static final FileTime TIME = FileTime.from(java.time.Instant.parse("2026-01-01T00:00:00Z"));

  public static void main(String[] args) throws IOException {
    Path sources = Path.of(args[0]);
    Path jar = Path.of(args[1]);
    List<Path> files = filesUnder(sources, ".java");
    if (Files.exists(jar) && youngest(files).compareTo(Files.getLastModifiedTime(jar)) < 0) {
      return;
    }
    Path classes = jar.resolveSibling("classes");
    var options = new ArrayList<>(List.of("-d", classes.toString(), "-proc:none", "-nowarn", "-Xlint:none"));
    files.forEach(file -> options.add(file.toString()));
    var compiler = ToolProvider.getSystemJavaCompiler();
    // Its remarks on old code are nobody's here; its errors show in the code that it returns.
    if (compiler.run(null, null, OutputStream.nullOutputStream(), options.toArray(String[]::new)) != 0) {
      System.err.println("picocli does not compile; see javac " + String.join(" ", options));
      System.exit(1);
    }
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : filesUnder(classes, ".class")) {
        var entry = new JarEntry(classes.relativize(file).toString().replace('\\', '/'));
        entry.setLastModifiedTime(TIME);
        out.putNextEntry(entry);
        Files.copy(file, out);
      }
    }
  }

  private static List<Path> filesUnder(Path directory, String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(suffix)).sorted().toList();
    }
  }

  private static FileTime youngest(List<Path> files) throws IOException {
    FileTime youngest = FileTime.fromMillis(0);
    for (Path file : files) {
      FileTime time = Files.getLastModifiedTime(file);
      youngest = time.compareTo(youngest) > 0 ? time : youngest;
    }
    return youngest;
  }
}
