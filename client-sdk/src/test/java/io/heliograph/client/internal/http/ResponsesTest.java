package io.heliograph.client.internal.http;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.Cause;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T21:00:00Z");

  @Test
  void retryAfterIsSecondsOrADate() {
    assertThat(Responses.retryAfter("125", NOW)).contains(ofSeconds(125));
    assertThat(Responses.retryAfter("Sun, 22 Nov 2026 21:00:30 GMT", NOW)).contains(ofSeconds(30));
    assertThat(Responses.retryAfter("Sun, 22 Nov 2026 20:00:00 GMT", NOW)).contains(ofSeconds(0));
  }

  /** RFC 9110, section 5.6.7: whoever receives a date must understand these forms, too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sunday, 22-Nov-26 21:00:30 GMT",
        "Sun Nov 22 21:00:30 2026",
      })
  void theObsoleteFormsOfADateAreUnderstood(String date) {
    assertThat(Responses.retryAfter(date, NOW)).contains(ofSeconds(30));
  }

  @Test
  void aDayOfOneDigitAndAYearOfTwoAreRead() {
    Instant then = Instant.parse("2026-12-06T08:49:00Z");
    assertThat(Responses.retryAfter("Sun Dec  6 08:49:37 2026", then)).contains(ofSeconds(37));
    assertThat(Responses.retryAfter("Sunday, 06-Nov-94 08:49:37 GMT", then)).contains(ofSeconds(0));
  }

  @Test
  void retryAfterIsObeyedForADayAtMost() {
    assertThat(Responses.retryAfter("999999999", NOW)).contains(ofDays(1));
    assertThat(Responses.retryAfter("99999999999999999999", NOW)).contains(ofDays(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "-1", "1.5", "١٢"})
  void anOddRetryAfterIsNone(String header) {
    assertThat(Responses.retryAfter(header, NOW)).isEmpty();
  }

  @Test
  void theLimitOfSilenceFollowsFromTheInterval() {
    assertThat(Responses.silenceLimit(ofSeconds(15))).isEqualTo(ofSeconds(35));
    assertThat(Responses.silenceLimit(ofSeconds(1))).isEqualTo(ofSeconds(10));
  }

  /** Fetch, "extract a MIME type": of a list the last valid one counts. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "text/event-stream | true",
        "Text/Event-Stream; charset=utf-8 | true",
        "application/json, text/event-stream | true",
        "text/event-stream, */* | true",
        "text/event-stream, nonsense | true",
        "text/event-stream;x=\"a,b\" | true",
        "text/event-stream, application/json | false",
        "text/plain;x=\", text/event-stream\" | false",
        "text/event-streamx | false",
      })
  void theTypeThatABrowserWouldTakeCounts(String contentType, boolean stream) {
    assertThat(Responses.isEventStream(contentType)).isEqualTo(stream);
  }

  /** A new kind must be decided upon in Responses.finality and in Retries.blamesTheServer. */
  @Test
  void everyKindOfCauseIsDecidedUpon() {
    assertThat(Stream.of(Cause.class.getPermittedSubclasses()).map(Class::getSimpleName))
        .containsExactlyInAnyOrder(
            "HttpStatus",
            "AuthFailed",
            "NotAnEventStream",
            "UnexpectedEncoding",
            "RedirectRefused",
            "ServerClosing",
            "ServerClosed",
            "HeartbeatTimeout",
            "ConnectionLost",
            "ConnectTimeout",
            "ConnectFailed",
            "ProtocolViolation",
            "HandlerFailed",
            "TokenExpiring",
            "ByCaller");
  }
}
