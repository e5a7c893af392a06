package io.heliograph.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Files that hold what output must look like, beside the test that asks. */
public final class Golden {
  private Golden() {}

  /** The file without its last line feed; escape sequences are written as {@code ^[}. */
  public static String of(Class<?> test, String name, List<String> actual) {
    try (var in = test.getResourceAsStream(name)) {
      if (in == null) {
        throw new AssertionError(
            "there is no "
                + name
                + "; it would be:\n"
                + String.join("\n", actual).replace("\033", "^["));
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.stripTrailing().replace("^[", "\033");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
