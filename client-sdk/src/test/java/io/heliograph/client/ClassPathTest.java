package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program's other dependencies put on its class path. */
@Timeout(60)
class ClassPathTest {
  /** In a JVM of its own. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      var server = URI.create("http://localhost:1/");
      try (AutoCloseable client =
          switch (args[0]) {
            case "SseClient" -> SseClient.create(server);
            case "EventPublisher" -> EventPublisher.create(server);
            default -> HeliographApi.create(server);
          }) {
        System.out.println("created");
      } catch (Exception e) {
        System.out.println(e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SseClient", "EventPublisher", "HeliographApi"})
  void anOldOkHttpInFrontIsReportedWithItsPlaceAndTheRemedy(String client) throws Exception {
    Path old = Path.of("target", "class-path", "okhttp-4.12.0.jar");
    assertThat(old).exists();

    assertThat(outputOf(ChildJvm.startWithInFront(old, Program.class, client)))
        .startsWith("java.lang.IllegalStateException: ")
        .contains("needs OkHttp 5.3 or newer")
        .contains("OkHttp 4.12.0 in front (file:")
        .contains("class-path/okhttp-4.12.0.jar)")
        .contains("io.heliograph:heliograph-bom")
        .contains("exclude com.squareup.okhttp3:okhttp");
  }

  @Test
  void anOkHttp5BeforeTheOldestIsReported() throws Exception {
    Path old = Path.of("target", "class-path", "okhttp-jvm-5.2.1.jar");
    assertThat(old).exists();

    assertThat(outputOf(ChildJvm.startWithInFront(old, Program.class, "SseClient")))
        .contains("needs OkHttp 5.3 or newer, but the class path has OkHttp 5.2.1 in front (file:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"SseClient", "EventPublisher", "HeliographApi"})
  void theOwnOneIsFine(String client) throws Exception {
    assertThat(outputOf(ChildJvm.start(Program.class, client))).isEqualTo("created");
  }

  /**
   * Spring Boot 3.5 puts 1.9.25 under OkHttp, which is compiled against 2; Boot 4.0 puts 2.2.21.
   */
  @ParameterizedTest
  @ValueSource(strings = {"1.9.25", "2.2.21"})
  void anotherKotlinLibraryDoes(String version) throws Exception {
    Path kotlin = Path.of("target", "class-path", "kotlin-stdlib-" + version + ".jar");
    assertThat(kotlin).exists();
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.request().method().equals("POST")) {
                exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
              } else {
                exchange.open().event("", "", "hello").silence();
              }
            })) {
      Process program =
          ChildJvm.startWithInFront(kotlin, JvmExitTest.Program.class, server.uri().toString());

      assertThat(outputOf(program)).startsWith("hellofalse").contains("Accepted");
    }
  }

  private static String outputOf(Process program) throws Exception {
    String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(program.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return out.strip();
  }
}
