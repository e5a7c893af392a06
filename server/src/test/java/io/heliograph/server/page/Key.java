package io.heliograph.server.page;

import java.util.Arrays;
import java.util.stream.Collectors;

/** A key; {@code code} is WebDriver's name of it. */
enum Key {
  TAB("Tab", 9, "\uE004"),
  ENTER("Enter", 13, "\uE007"),
  ESCAPE("Escape", 27, "\uE00C"),
  SPACE(" ", 32, " ");

  final String value;
  final int number;
  final String code;

  Key(String value, int number, String code) {
    this.value = value;
    this.number = number;
    this.code = code;
  }

  /** Presses of keys, as WebDriver's actions have them. */
  static String actions(Key... keys) {
    return Arrays.stream(keys)
        .map(
            key ->
                "{\"type\":\"keyDown\",\"value\":\"%1$s\"},{\"type\":\"keyUp\",\"value\":\"%1$s\"}"
                    .formatted(key.code))
        .collect(
            Collectors.joining(
                ",", "\"actions\":[{\"type\":\"key\",\"id\":\"keyboard\",\"actions\":[", "]}]"));
  }
}
