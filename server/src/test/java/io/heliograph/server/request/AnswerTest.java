package io.heliograph.server.request;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | STREAM",
        "*/* | STREAM",
        "text/event-stream | STREAM",
        "TEXT/Event-Stream;charset=utf-8 | STREAM",
        "text/* | STREAM",
        "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | STREAM",
        "application/json, text/event-stream;q=0.1 | STREAM",
        "application/json | JSON",
        "application/json, text/plain, */* | JSON",
        "application/json;q=0.1, */* | JSON",
        "application/* | JSON",
        "text/event-stream;q=0, */* | JSON",
        "text/event-stream; q=0.0, application/json | JSON",
        "*/*, application/json;q=0 | STREAM",
        "text/html | NEITHER",
        "application/json;q=0 | NEITHER",
        "*/*;q=0 | NEITHER",
        "text/event-stream;q=0 | NEITHER",
        ", ;,;q | NEITHER",
        "application/json2, text/event-streams | NEITHER"
      })
  void whatIsAcceptedDecides(String accept, Answer expected) {
    assertThat(Answer.to(List.of(accept))).isEqualTo(expected);
  }

  @Test
  void severalHeadersAreOne() {
    assertThat(Answer.to(List.of())).isEqualTo(Answer.STREAM);
    assertThat(Answer.to(List.of("application/json", "text/event-stream")))
        .isEqualTo(Answer.STREAM);
    assertThat(Answer.to(List.of("text/html", "application/json"))).isEqualTo(Answer.JSON);
  }
}
