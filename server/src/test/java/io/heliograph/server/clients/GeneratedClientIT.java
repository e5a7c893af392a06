package io.heliograph.server.clients;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A client that OpenAPI Generator made from the server's description calls the server. Run it by
 * {@code server/src/clients/run}, which makes the client.
 */
class GeneratedClientIT {

  @Test
  void callsTheServer() throws Exception {
    try (TestServer server = TestServer.start();
        TestReader alice = server.subscribe("alice").awaitLive()) {
      Process client =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  ClientProgram.PROGRAMS.resolve("jvm/openapi/target/lib") + "/*",
                  "Client",
                  "http://127.0.0.1:" + server.port())
              .redirectErrorStream(true)
              .start();
      String said = new String(client.getInputStream().readAllBytes(), UTF_8);

      assertThat(client.waitFor()).as(said).isZero();
      assertThat(said.lines())
          .contains(
              "ready UP",
              "connections 1",
              "repeated true",
              "batch 202",
              "broadcast 1",
              "stats 1",
              "refused 400")
          .anySatisfy(line -> assertThat(line).startsWith("cursor 1."))
          .anySatisfy(line -> assertThat(line).startsWith("online [").contains("alice"))
          .anySatisfy(line -> assertThat(line).startsWith("presence").contains("online: false"))
          .anySatisfy(line -> assertThat(line).startsWith("kicked").contains("closed: 1"));
      List<String> events = alice.nextEvents(3);
      assertThat(events.get(0)).contains("event: order.changed\n", "data: {\"order\":17}");
      assertThat(events.get(1)).contains("data: for two");
      assertThat(events.get(2)).contains("data: for all");
      assertThat(alice.nextControl("stream.closing")).contains("\"kicked\"");
    }
  }
}
