package io.heliograph.cli.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Which of the standard streams are terminals. */
public record Terminals(boolean in, boolean out, boolean err) {
  private static final int USUAL_COLUMNS = 80;
  private static final int LEAST_COLUMNS = 40;

  /** The launcher asks {@code test -t} for each stream, because Java cannot, and says so here. */
  static final String PROPERTY = "heliograph.terminals";

  /** The number of columns of the terminal; 80 if it is unknown. */
  static int columns(Map<String, String> env) {
    String told = env.getOrDefault("COLUMNS", "");
    return told.matches("\\d{1,4}") ? usable(Integer.parseInt(told)) : usable(ofTty());
  }

  private static int usable(int columns) {
    return columns == 0 ? USUAL_COLUMNS : Math.max(LEAST_COLUMNS, columns);
  }

  /** What stty says, "ROWS COLUMNS"; Java does not know. */
  private static int ofTty() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(Path.of("/dev/tty").toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return size.strip().matches("\\d{1,4} \\d{1,4}")
          ? Integer.parseInt(size.strip().replaceFirst(".* ", ""))
          : 0;
    } catch (IOException e) {
      return 0; // No stty, or no terminal.
    }
  }

  public static Terminals detect() {
    List<String> names = List.of(System.getProperty(PROPERTY, "").split(",", -1));
    return new Terminals(names.contains("in"), names.contains("out"), names.contains("err"));
  }
}
