package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** A server in a language that has digits of its own, which JSON does not know. */
@Isolated // It sets the language of the process.
class LocaleTest {

  private final Locale before = Locale.getDefault(Locale.Category.FORMAT);

  @BeforeEach
  void speakArabic() {
    Locale.setDefault(Locale.Category.FORMAT, Locale.of("ar", "EG"));
  }

  @AfterEach
  void speakAsBefore() {
    Locale.setDefault(Locale.Category.FORMAT, before);
  }

  @Test
  void allDataOfTheServersOwnEventsIsJson() throws Exception {
    try (var server = TestServer.start(Map.of("demo.ticker", "100ms"));
        var presence = server.open("/v1/presence/events");
        var alice = server.open("/sse/alice")) {
      for (TestReader reader : List.of(presence, alice)) {
        String open = reader.nextControl("stream.open");
        String event = reader.nextEvent();

        for (String data : List.of(open, event.substring(event.indexOf('{')))) {
          assertThatCode(() -> PlainJson.read(data)).as(data).doesNotThrowAnyException();
        }
      }
    }
  }
}
