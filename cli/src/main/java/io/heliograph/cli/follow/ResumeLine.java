package io.heliograph.cli.follow;

import io.heliograph.cli.shell.ShellWords;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A command that resumes the stream, for a person to paste into a shell.
 *
 * @param words the program, its command and options, quoted
 * @param behind what must stand behind all options, quoted
 * @param masked whether stars stand for a secret
 * @param pastes whether all of the words can be pasted
 */
public record ResumeLine(List<String> words, List<String> behind, boolean masked, boolean pastes) {
  private static final String HINT =
      "  To resume, add --cursor-file FILE: the id of the last event does not fit a command line.";

  /** What to say at the end of the stream; {@code ""} if there is nothing to resume from. */
  String after(String lastEventId) {
    if (lastEventId.isEmpty()) {
      return "";
    } else if (!pastes || !ShellWords.canPaste(lastEventId)) {
      return HINT;
    }
    var line = new ArrayList<>(words);
    if (lastEventId.startsWith("-")) {
      line.add("--last-event-id=" + ShellWords.quoted(lastEventId));
    } else {
      line.add("--last-event-id");
      line.add(ShellWords.quoted(lastEventId));
    }
    String command = Stream.concat(line.stream(), behind.stream()).collect(Collectors.joining(" "));
    return (masked ? "  Resume (with the secret instead of the stars):  " : "  Resume:  ")
        + command;
  }
}
