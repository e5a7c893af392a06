package io.heliograph.cli.load.result;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.load.meter.Violation;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files of a report: {@code summary.json}, {@code report.html}, {@code violations.jsonl} and,
 * written while it ran, {@code run.hlog}.
 */
public final class ReportFiles {
  private static final String SUMMARY = "summary.json";

  /** The page for people; {@code report} makes it. */
  public static final String PAGE = "report.html";

  private static final String VIOLATIONS = "violations.jsonl";
  private static final String LOG = "run.hlog";

  private ReportFiles() {}

  /**
   * Takes away the files that an earlier run has left in a directory, and no other: nothing there
   * shall be taken for this run's.
   *
   * @throws IOException if a file cannot be removed
   */
  public static void clear(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    for (String name : List.of(SUMMARY, PAGE, VIOLATIONS, LOG)) {
      Files.deleteIfExists(directory.resolve(name));
      Files.deleteIfExists(fresh(directory.resolve(name)));
    }
  }

  /** Makes the directory of a report, if there is none. */
  public static void create(Path directory) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new IOException(directory + ": " + reason(e), e);
    }
  }

  /** Writes what programs read, and no page. */
  public static void write(Path directory, Summary summary, List<Violation> violations)
      throws IOException {
    create(directory);
    replace(directory.resolve(SUMMARY), SummaryJson.write(summary, true) + "\n");
    if (!violations.isEmpty()) {
      var lines = new StringBuilder();
      for (Violation violation : violations) {
        lines.append(Json.write(Records.tree(violation), false)).append('\n');
      }
      replace(directory.resolve(VIOLATIONS), lines.toString());
    }
  }

  private static Path fresh(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  /** Writes a file, which appears whole or not at all; fails with a message for people. */
  public static void replace(Path file, String content) throws IOException {
    Path fresh = fresh(file);
    try {
      Files.writeString(fresh, content);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(fresh);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw new IOException(file + ": " + reason(e), e);
    }
  }

  /** Some exceptions say no more than which file it is. */
  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no such directory";
      case FileAlreadyExistsException file -> file.getFile() + " is no directory";
      case AccessDeniedException denied -> "access denied";
      case FileSystemException other when other.getReason() != null -> other.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** Reads a summary from its file or directory; fails with a message for people. */
  public static Summary read(Path path) throws IOException {
    Path file = Files.isDirectory(path) ? path.resolve(SUMMARY) : path;
    try {
      return SummaryJson.read(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IOException("there is no " + file, e);
    } catch (CharacterCodingException e) {
      throw new IOException(file + " cannot be read: it is no text in UTF-8", e);
    } catch (IOException e) {
      throw new IOException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The log of histograms beside a summary; null if there is none. */
  public static @Nullable Path log(Path path) {
    Path directory = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
    Path log = directory == null ? null : directory.resolve(LOG);
    return log != null && Files.exists(log) ? log : null;
  }
}
