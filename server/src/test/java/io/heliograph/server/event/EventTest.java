package io.heliograph.server.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\rb", "a\0b", "stream.open", "stream.", "\ud800"})
  void aTypeThatCouldForgeFieldsIsRefused(String type) {
    assertThatThrownBy(() -> Event.of(type, "x")).isInstanceOf(InvalidValueException.class);
  }

  @Test
  void theLengthOfATypeIsCountedInBytes() {
    assertThat(Event.of("é".repeat(64), "x").type()).hasSize(64);
    assertThatThrownBy(() -> Event.of("é".repeat(65), "x"))
        .hasMessageContaining("130 bytes")
        .hasMessageContaining("128");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a\nb", "\u0000", "\u0085", "\udc00"})
  void aUserIdThatCouldForgeLinesOrPathsIsRefused(String user) {
    assertThatThrownBy(() -> new UserId(user)).isInstanceOf(InvalidValueException.class);
  }

  @Test
  void theLengthOfAUserIdIsCountedInBytes() {
    assertThat(new UserId("é".repeat(128)).value()).hasSize(128);
    assertThatThrownBy(() -> new UserId("é".repeat(129))).hasMessageContaining("258 bytes");
  }

  // ^ stands for CR and | for LF.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "message; one;        data: one||",
        "message; '';         data: ||",
        "order;   one;        event: order|data: one||",
        "message; one|two;    data: one|data: two||",
        "message; one^|two;   data: one|data: two||",
        "message; one^two;    data: one|data: two||",
        "message; one|;       data: one|data: ||",
        "message; one^;       data: one|data: ||",
        "message; |^|^;       data: |data: |data: |data: ||",
        "message; 'id: 7||data: x'; data: id: 7|data: |data: data: x||",
        "émis;    ö;          event: émis|data: ö||",
      })
  void itsLinesAreThoseOfTheStandard(String type, String data, String expected) {
    Event event = Event.of(type, data.replace('^', '\r').replace('|', '\n'));

    StoredEvent stored = StoredEvent.of(Position.kept(1, 1), event, 0);

    assertThat(new String(stored.block(), UTF_8)).isEqualTo(expected.replace('|', '\n'));
  }
}
