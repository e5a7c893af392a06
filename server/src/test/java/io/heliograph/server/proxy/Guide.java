package io.heliograph.server.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The configurations in docs/guides/reverse-proxy.md: what is tested is what is shown. */
public final class Guide {

  private static final Path FILE = Path.of("..", "docs", "guides", "reverse-proxy.md");

  private Guide() {}

  /** The text of the block whose fence is followed by these words. */
  public static String block(String words) throws IOException {
    Matcher block =
        Pattern.compile(
                "^```" + Pattern.quote(words) + "\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(FILE));
    if (!block.find()) {
      throw new AssertionError(FILE + " has no block ```" + words);
    }
    return block.group(1);
  }

  /** The text with something else in its place; fails where it is not. */
  static String replaced(String text, String what, String by) {
    if (!text.contains(what)) {
      throw new AssertionError("'" + what + "' is not in:\n" + text);
    }
    return text.replace(what, by);
  }
}
