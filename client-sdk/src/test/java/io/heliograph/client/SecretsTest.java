package io.heliograph.client;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.internal.http.Urls;
import io.heliograph.client.testkit.SseTestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What opens a stream must not stand where people and logs see it. */
@Timeout(120)
class SecretsTest {
  @Test
  void aTicketOfTheCustomizerShowsNowhere() throws Exception {
    var heard = new Recorder();
    try (var server = SseTestServer.start(exchange -> exchange.open().event("x").silence());
        var client =
            SseClient.builder(server.uri())
                .request(attempt -> attempt.query("ticket", "s3cret"))
                .build();
        var subscription = client.subscribe(StreamSpec.own().query("from", "a/b"), heard)) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      server.awaitConnections(1);

      assertThat(server.requests().get(0).target())
          .isEqualTo("/v1/events?from=a%2Fb&ticket=s3cret");
      assertThat(subscription.attempts().toString())
          .contains("/v1/events?from=a%2Fb&ticket=***")
          .doesNotContain("s3cret");
      subscription.close();
      assertThat(subscription.awaitClosed(ofSeconds(10))).isTrue();
      assertThat(heard.all(Signal.Opened.class).toString())
          .contains("/v1/events?from=a%2Fb&ticket=***")
          .doesNotContain("s3cret");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token",
        "id_token",
        "api_key",
        "apikey",
        "key",
        "sig",
        "X-Amz-Signature",
        "client_secret",
        "password",
        "session_id",
        "X-Amz-Security-Token",
        "jwt",
        "auth"
      })
  void parametersThatServicesUseForSecretsAreMasked(String parameter) {
    HttpUrl url =
        HttpUrl.get("http://h/e").newBuilder().addQueryParameter(parameter, "s3cret").build();
    assertThat(Urls.shown(url).toString()).endsWith("?" + parameter + "=***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"types", "from", "user", "author", "keyword", "monkey", "passenger", "heartbeat"})
  void othersAreShown(String parameter) {
    HttpUrl url = HttpUrl.get("http://h/e?" + parameter + "=a");
    assertThat(Urls.shown(url)).isEqualTo(url);
  }

  @Test
  void aTokenOfTheQueryIsNotInTheFileAndANewOneIsNoNewStream(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("positions");
    try (var server =
        SseTestServer.start(exchange -> exchange.open().event("7", "", "x").silence())) {
      for (String token : new String[] {"s3cret1", "s3cret2"}) {
        try (var store = FileResumeStore.open(file);
            var client = SseClient.builder(server.uri()).resume(store, AckMode.ON_RECEIVE).build();
            var stream = client.open(StreamSpec.own().query("Access_Token", token))) {
          assertThat(stream.iterator().next().data()).isEqualTo("x");
        }
      }
      assertThat(server.requests().get(1).target()).isEqualTo("/v1/events?Access_Token=s3cret2");
      assertThat(server.requests().get(1).lastEventId()).isEqualTo("7");
    }
    assertThat(Files.readString(file)).contains("v1%2Fevents").doesNotContain("s3cret");
  }
}
