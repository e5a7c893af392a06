package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.jackson.Jackson3Decoder;
import io.heliograph.client.jackson.JacksonDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** Both adapters; EventRouterTest has a program without either. */
@Timeout(120)
class JacksonTest {
  /** As a user would have it. */
  public record Order(int order, List<String> items) {}

  private static final String ORDER = "{\"order\":17,\"items\":[\"a\"]}";

  private static List<EventDecoder<Order>> ofAnOrder() {
    return List.of(Version2.ofAnOrder(), Version3.ofAnOrder());
  }

  /** A program with Jackson 2 has these classes only. */
  static final class Version2 {
    private static final com.fasterxml.jackson.databind.ObjectMapper MAPPER =
        new com.fasterxml.jackson.databind.ObjectMapper();

    private Version2() {}

    static EventDecoder<Order> ofAnOrder() {
      return JacksonDecoder.of(MAPPER, Order.class);
    }

    static EventDecoder<List<Order>> ofOrders() {
      return JacksonDecoder.of(MAPPER, new com.fasterxml.jackson.core.type.TypeReference<>() {});
    }

    public static void main(String[] args) throws Exception {
      System.out.println(ofAnOrder().decode(event(ORDER)));
    }
  }

  /** A program with Jackson 3 has these classes only. */
  static final class Version3 {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private Version3() {}

    static EventDecoder<Order> ofAnOrder() {
      return Jackson3Decoder.of(MAPPER, Order.class);
    }

    static EventDecoder<List<Order>> ofOrders() {
      return Jackson3Decoder.of(MAPPER, new tools.jackson.core.type.TypeReference<>() {});
    }

    public static void main(String[] args) throws Exception {
      System.out.println(ofAnOrder().decode(event(ORDER)));
    }
  }

  @Test
  void dataBecomesAnObjectOrAList() throws Exception {
    var order = new Order(17, List.of("a"));

    for (EventDecoder<Order> decoder : ofAnOrder()) {
      assertThat(decoder.decode(event(ORDER))).isEqualTo(order);
    }
    for (EventDecoder<List<Order>> decoder : List.of(Version2.ofOrders(), Version3.ofOrders())) {
      assertThat(decoder.decode(event("[" + ORDER + "]"))).containsExactly(order);
    }
  }

  @ParameterizedTest
  @MethodSource("ofAnOrder")
  void dataOfAnotherKindIsRefused(EventDecoder<Order> decoder) {
    for (String data : List.of("{", "[]", "null", "")) {
      assertThatThrownBy(() -> decoder.decode(event(data)))
          .as(data)
          .isInstanceOfAny(
              com.fasterxml.jackson.core.JsonProcessingException.class,
              tools.jackson.core.JacksonException.class);
    }
  }

  private static Stream<Object[]> programs() {
    Predicate<String> two = path -> !path.contains("tools/jackson");
    Predicate<String> three =
        path -> !path.contains("com/fasterxml/jackson") || path.contains("jackson-annotations");
    return Stream.of(new Object[] {Version2.class, two}, new Object[] {Version3.class, three});
  }

  @ParameterizedTest
  @MethodSource("programs")
  void aProgramNeedsOnlyTheJacksonThatItUses(Class<?> program, Predicate<String> wanted)
      throws Exception {
    Process process = ChildJvm.start(program, wanted);

    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualToIgnoringNewLines("Order[order=17, items=[a]]");
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  private static Event event(String data) {
    return new Event("order", data, "1");
  }
}
