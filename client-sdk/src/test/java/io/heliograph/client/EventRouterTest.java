package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.heliograph.client.jackson.JacksonDecoder;
import io.heliograph.client.testkit.SseTestServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class EventRouterTest {
  /** As a user would have it. */
  public record Order(int order, List<String> items) {}

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void eachEventGoesToTheHandlerOfItsType() throws Exception {
    var heard = new ArrayList<String>();
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange
                        .open()
                        .event("", "order", "{\"order\":17,\"items\":[\"a\"]}")
                        .event("", "list", "[1,2]")
                        .event("", "", "plain")
                        .event("", "else", "x"));
        var client = SseClient.builder(server.uri()).reconnect(ReconnectPolicy.never()).build();
        var subscription =
            client.subscribe(
                EventRouter.builder()
                    .on("order", JacksonDecoder.of(MAPPER, Order.class), o -> heard.add("" + o))
                    .on(
                        "list",
                        JacksonDecoder.of(MAPPER, new TypeReference<List<Integer>>() {}),
                        list -> heard.add("list of " + list.size()))
                    .on("message", event -> heard.add(event.data()))
                    .otherwise(event -> heard.add("other " + event.type()))
                    .onSignal(Signal.Opened.class, opened -> heard.add("opened " + opened.uri()))
                    .build())) {
      subscription.awaitClosed();
      assertThat(heard)
          .containsExactly(
              "opened " + server.uri(),
              "Order[order=17, items=[a]]",
              "list of 2",
              "plain",
              "other else");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "null"})
  void dataOfAnotherKindIsAFailureOfTheListener(String data) throws Exception {
    try (var server =
            SseTestServer.start(exchange -> exchange.open().event("1", "order", data).silence());
        var client =
            SseClient.builder(server.uri()).onHandlerError(HandlerErrorPolicy.CLOSE).build();
        var subscription =
            client.subscribe(
                EventRouter.builder()
                    .on("order", JacksonDecoder.of(MAPPER, Order.class), order -> {})
                    .build())) {
      subscription.awaitClosed();
      assertThat(subscription.closeReason()).contains(CloseReason.HANDLER_FAILED);
    }
  }

  @Test
  void aMistakeInSettingItUpIsTold() {
    var builder = EventRouter.builder().on("a", event -> {});
    assertThatThrownBy(() -> builder.on("a", event -> {})).hasMessageContaining("already");
    assertThatThrownBy(() -> builder.onSignal(Signal.Message.class, message -> {}))
        .hasMessageContaining("use on");
  }

  /** A program that has no Jackson, and a decoder of its own. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      try {
        Class.forName("com.fasterxml.jackson.databind.ObjectMapper");
        System.out.println("Jackson is there");
      } catch (ClassNotFoundException e) {
        System.out.println("no Jackson");
      }
      try (var client =
              SseClient.builder(URI.create(args[0])).reconnect(ReconnectPolicy.never()).build();
          var subscription =
              client.subscribe(
                  EventRouter.builder()
                      .on(
                          "n",
                          event -> Integer.parseInt(event.data()),
                          n -> System.out.println(n + 1))
                      .build());
          var publisher = EventPublisher.create(URI.create(args[0]))) {
        subscription.awaitClosed();
        System.out.println(publisher.broadcast(NewEvent.text("t", "x")).id());
      }
    }
  }

  @Test
  void aProgramWithoutJacksonRuns() throws Exception {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.request().method().equals("POST")) {
                exchange.status(202, "{\"id\":\"p-1\",\"connections\":0}");
              } else {
                exchange.open().event("", "n", "41");
              }
            })) {
      Process program =
          ChildJvm.start(
              Program.class, entry -> !entry.contains("jackson"), server.uri().toString());
      String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(out.lines().filter(line -> !line.contains("WARNING") && !line.contains("log")))
          .as(out)
          .containsExactly("no Jackson", "42", "p-1");
    }
  }
}
