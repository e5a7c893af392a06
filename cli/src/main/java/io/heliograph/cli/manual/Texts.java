package io.heliograph.cli.manual;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Texts that lie beside this class, of at most 80 columns. */
final class Texts {
  private Texts() {}

  /** Without the last line feed. */
  static String of(String name) {
    try (var in = Texts.class.getResourceAsStream(name + ".txt")) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8)
          .stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
