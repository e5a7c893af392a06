package io.heliograph.cli.context;

import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.settings.UserConfigEditor;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code context edit}: the whole file, in the editor of whoever keeps it. */
@Command(
    name = "edit",
    sortOptions = false,
    descriptionHeading = "%n",
    header = "Open the file of the contexts in an editor.",
    description = {
      "The editor is VISUAL, else EDITOR, else vi. What it leaves is read again; a mistake is told"
          + " by its line, with exit code 2."
    })
final class EditContexts extends ContextWork {
  EditContexts(Shell shell, Settings.Places places) {
    super(shell, places);
  }

  /** Not before the editor was there: it is what mends a file that cannot be read. */
  @Override
  UserConfig read() {
    return UserConfig.empty(places.userFile());
  }

  @Override
  ExitCode work(UserConfig unread) throws ConfigException, IOException {
    Path file = places.userFile();
    if (!Files.exists(file)) {
      // So that it is for its owner only, whatever the editor would make it.
      UserConfigEditor.begin(file);
    }
    int exit = edited(editor(), file);
    if (exit != 0) {
      throw new ConfigException("the editor ended with " + exit);
    }
    UserConfig config = UserConfig.read(file, places.keys());
    config.tooOpen().ifPresent(shell.notices()::say);
    int contexts = config.contexts().size();
    shell.out().line(file + ": " + contexts + (contexts == 1 ? " context" : " contexts"));
    return ExitCode.OK;
  }

  private String editor() {
    for (String name : List.of("VISUAL", "EDITOR")) {
      @Nullable String editor = shell.variable(name);
      if (editor != null && !editor.isBlank()) {
        return editor;
      }
    }
    if (!shell.terminals().in()) {
      throw usage(
          "Which editor? Neither VISUAL nor EDITOR is set, and there is no terminal for vi");
    }
    return "vi";
  }

  /** By a shell, because such a variable may hold options, and be quoted. */
  private static int edited(String editor, Path file) throws ConfigException {
    try {
      Process process =
          new ProcessBuilder("sh", "-c", editor + " \"$1\"", "sh", file.toString())
              .inheritIO()
              .start();
      return process.waitFor();
    } catch (IOException e) {
      throw new ConfigException("no shell for the editor: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConfigException("interrupted while the editor ran");
    }
  }
}
