package io.heliograph.client;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.SseTestServer;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HeliographApiTest {
  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "\ud800"})
  void aUserWhoseIdWouldLeadElsewhereIsRefusedBeforeAnythingIsSent(String user) {
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var api = HeliographApi.create(server.uri())) {
      assertThatThrownBy(() -> api.forget(user))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the user id ");
      assertThatThrownBy(() -> api.kick(user)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> api.cursor(user)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> api.presence(user)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> api.kick("a", user))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the connection ");

      api.forget("...");
      assertThat(server.requests())
          .singleElement()
          .satisfies(r -> assertThat(r.target()).isEqualTo("/v1/users/.../events"));
    }
  }

  @Test
  void aConnectionThatIsNotThereIsNotAWrongBase() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 ->
                        exchange.status(
                            404, "{\"type\":\"urn:heliograph:problem:no-such-connection\"}");
                    case 2 ->
                        exchange.status(404, "{\"type\":\"urn:heliograph:problem:not-found\"}");
                    default -> exchange.status(404, "<html>no such page");
                  }
                });
        var api = HeliographApi.builder(server.uri()).retryFor(ZERO).build()) {
      assertThat(api.kick("a", "c-1")).isFalse();
      for (int wrongBase = 2; wrongBase <= 3; wrongBase++) {
        assertThatThrownBy(() -> api.kick("a", "c-1"))
            .isInstanceOfSatisfying(
                HeliographException.class, e -> assertThat(e.status()).isEqualTo(404));
      }
    }
  }

  @Test
  void aBaseWithAQueryIsRefusedForItWouldBeLost() {
    assertThatThrownBy(() -> HeliographApi.create(URI.create("http://h/push?tenant=1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither a query nor a fragment");
  }

  @Test
  void thePasswordOfTheBaseDoesNotStandInMessages() {
    try (var server = SseTestServer.start(exchange -> exchange.status(403, ""));
        var api =
            HeliographApi.create(
                URI.create("http://me:secret@localhost:" + server.uri().getPort()))) {
      assertThatThrownBy(() -> api.forget("a"))
          .hasMessageContaining("/v1/users/a/events was answered 403")
          .hasMessageNotContaining("secret");
    }
  }

  @Test
  void aPageIsReadAndTheNextOneAskedFor() {
    String page =
        "{\"events\":[{\"id\":\"c-1\",\"type\":\"t\",\"data\":\"a\\nb\",\"time\":1795388211901}],"
            + "\"cursor\":\"c-2\",\"gap\":{\"log\":\"all\",\"reason\":\"epoch\",\"lost\":null},"
            + "\"more\":true}";
    try (var server = SseTestServer.start(exchange -> exchange.status(200, page));
        var api =
            HeliographApi.builder(server.uri()).header("Accept", "text/event-stream").build()) {
      HistorySpec spec = HistorySpec.user("a b").types("t,u *").from("-20");
      HistoryPage read = api.history(spec.limit(1000));
      api.history(spec.after(read.cursor() + "&limit=1"));
      api.history(HistorySpec.own());

      assertThat(read)
          .isEqualTo(
              new HistoryPage(
                  List.of(
                      new KeptEvent(
                          new Event("t", "a\nb", "c-1"), Instant.ofEpochMilli(1795388211901L))),
                  "c-2",
                  true,
                  Optional.of(new Signal.Gap("all", "epoch", OptionalLong.empty()))));
      assertThat(server.requests())
          .extracting(r -> r.target() + " " + r.header("Accept").orElse(""))
          .containsExactly(
              "/v1/users/a%20b/events?from=-20&types=t%2Cu%20*&limit=1000 application/json",
              "/v1/users/a%20b/events?after=c-2%26limit%3D1&types=t%2Cu%20* application/json",
              "/v1/events application/json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"events\":[],\"gap\":null,\"more\":false}",
        "{\"events\":[{\"id\":\"1\"}],\"cursor\":\"c\",\"gap\":null,\"more\":false}",
        "{\"events\":[],\"cursor\":\"c\",\"gap\":[],\"more\":false}",
        "id: 1"
      })
  void anAnswerThatIsNoPageIsNotTakenForAnEmptyOne(String answer) {
    try (var server = SseTestServer.start(exchange -> exchange.status(200, answer));
        var api = HeliographApi.create(server.uri())) {
      assertThatThrownBy(() -> api.history(HistorySpec.own()))
          .isInstanceOf(HeliographException.class)
          .hasMessageContaining("is not from Heliograph");
    }
  }

  @Test
  void aSpecThatTheServerWouldRefuseIsNotSent() {
    HistorySpec spec = HistorySpec.own();
    for (int limit : new int[] {-1, 0, 1001}) {
      assertThatThrownBy(() -> spec.limit(limit))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("limit is " + limit + "; allowed: 1 to 1000");
    }
    assertThatThrownBy(() -> spec.after("a\nb")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.types("\ud800")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> spec.from("\ud800")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> HistorySpec.user("..")).isInstanceOf(IllegalArgumentException.class);
  }
}
