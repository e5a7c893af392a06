package io.heliograph.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every client through every scenario, and compares what is seen with the table in
 * docs/guides/clients.md. Run it by {@code server/src/clients/run}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealClientsIT {

  private final List<RealClient> clients = new ArrayList<>();
  private Relay relay;
  private BrowserDesk desk;

  @BeforeAll
  void startClients(@TempDir Path directory) throws Exception {
    relay = new Relay();
    Map<String, RealClient> byName = new LinkedHashMap<>();
    desk = new BrowserDesk(byName, Files.readString(ClientProgram.PROGRAMS.resolve("page.html")));
    relay.pageFrom(desk.port());
    for (ClientProgram program : ClientProgram.values()) {
      if (!program.missing().isEmpty()) {
        System.err.printf(
            "SKIPPED: nothing is known about %s: install %s.%n",
            program.title(), program.missing());
        continue;
      }
      var client = new RealClient(program);
      byName.put(program.id(), client);
      Path home = Files.createDirectory(directory.resolve(program.id()));
      String page =
          "http://127.0.0.1:%d/page#http://127.0.0.1:%d,%s"
              .formatted(relay.port(), desk.port(), program.id());
      client.start(program.command(home, page), program.environment(home), home.resolve("log"));
      clients.add(client);
    }
    for (RealClient client : clients) {
      assertThat(client.awaitReady()).as("%s is ready", client.program().title()).isTrue();
    }
  }

  @AfterAll
  void stopClients() throws Exception {
    clients.forEach(RealClient::close);
    desk.close();
    relay.close();
  }

  @TestFactory
  Stream<DynamicNode> whatTheGuideSaysOfEachClient() throws Exception {
    var guide = ClientTable.read();
    Map<Scenario, Map<ClientProgram, String>> seen = new EnumMap<>(Scenario.class);
    for (Scenario scenario : Scenario.values()) {
      try (var stage = new Stage(scenario, relay)) {
        seen.put(scenario, stage.run(clients));
      }
    }
    return Stream.of(Scenario.values())
        .map(
            scenario ->
                dynamicContainer(
                    scenario.title(),
                    seen.get(scenario).entrySet().stream()
                        .map(
                            cell ->
                                dynamicTest(
                                    cell.getKey().title(),
                                    () ->
                                        compare(
                                            cell.getValue(),
                                            guide.cell(cell.getKey(), scenario))))));
  }

  private static void compare(String seen, String said) {
    assumeFalse(said.startsWith("may "), "a race inside the client; this time: " + seen);
    assertThat(seen).isEqualTo(said);
  }
}
