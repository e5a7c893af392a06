package io.heliograph.cli.shell;

import java.io.Console;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which of the standard streams are terminals. */
public record Terminals(boolean in, boolean out, boolean err) {
  /**
   * The launcher asks {@code test -t} for each stream and passes on what it was told. Java alone
   * ({@link Console}) knows only whether stdin and stdout both are terminals.
   */
  static final String PROPERTY = "heliograph.terminals";

  public static Terminals detect() {
    String told = System.getProperty(PROPERTY);
    if (told != null) {
      Set<String> names =
          Set.of(told.isEmpty() ? new String[0] : told.replaceFirst("^,", "").split(","));
      return new Terminals(names.contains("in"), names.contains("out"), names.contains("err"));
    }
    @SuppressWarnings(
        "SystemConsoleNull") // Its annotation says that it may be null, whatever it does today.
    @Nullable Console console = System.console();
    boolean all = console != null && console.isTerminal();
    return new Terminals(all, all, all);
  }
}
