package io.heliograph.server.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.heliograph.server.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
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

  // After so long no further scenario is repeated. The longest takes 80 s.
  private static final Duration REPEATS = Duration.ofSeconds(150);

  private final List<RealClient> clients = new ArrayList<>();
  private final List<Relay> relays = new ArrayList<>();
  private final List<BrowserDesk> desks = new ArrayList<>();
  private Map<String, String> tls;

  @BeforeAll
  void startClients(@TempDir Path directory) throws Exception {
    TestCertificate.write(directory, "localhost");
    tls =
        Map.of(
            "server.tls.certificate", directory.resolve("cert.pem").toString(),
            "server.tls.private-key", directory.resolve("key.pem").toString());
    Map<String, RealClient> byName = new LinkedHashMap<>();
    String page = Files.readString(ClientProgram.PROGRAMS.resolve("page.html"));
    var desk = new BrowserDesk(byName, page, null);
    var secureDesk =
        new BrowserDesk(byName, page, TestCertificate.servingContext(directory, "localhost"));
    desks.addAll(List.of(desk, secureDesk));
    Relay relay = relay();
    relay.pageFrom(desk.port());
    try (var pages = ServerProcess.start(tls, "")) {
      for (ClientProgram program : ClientProgram.values()) {
        if (!program.missing().isEmpty()) {
          System.err.printf(
              "SKIPPED: nothing is known about %s: install %s.%n",
              program.title(), program.missing());
          continue;
        }
        // What is encrypted does not say whose it is, so each has its own.
        var client = new RealClient(program, program.isHttp2() ? relay() : relay);
        byName.put(program.id(), client);
        Path home = Files.createDirectory(directory.resolve(program.id()));
        BrowserDesk asked = program.isHttp2() ? secureDesk : desk;
        if (program.isHttp2()) {
          client.relay().forwardTo(pages.port());
          program.trust(
              TestCertificate.sha256(directory, "localhost"),
              List.of(client.relay().port(), asked.port()),
              home);
        }
        String url =
            "%s/page#%s://127.0.0.1:%d,%s"
                .formatted(client.base(), client.scheme(), asked.port(), program.id());
        client.start(program.command(home, url), program.environment(home), home.resolve("log"));
        clients.add(client);
      }
      for (RealClient client : clients) {
        if (!client.awaitReady()) {
          System.out.printf("REPEATED: the start of %s%n", client.program().title());
          client.startAgain();
        }
        assertThat(client.awaitReady()).as("%s is ready", client.program().title()).isTrue();
      }
    }
  }

  private Relay relay() throws IOException {
    var relay = new Relay();
    relays.add(relay);
    return relay;
  }

  @AfterAll
  void stopClients() throws Exception {
    clients.forEach(RealClient::close);
    desks.forEach(BrowserDesk::close);
    for (Relay relay : relays) {
      relay.close();
    }
  }

  @TestFactory
  Stream<DynamicNode> whatTheGuideSaysOfEachClient() throws Exception {
    var guide = ClientTable.read();
    Map<Scenario, Map<ClientProgram, String>> seen = new EnumMap<>(Scenario.class);
    for (Scenario scenario : Scenario.values()) {
      seen.put(scenario, new ConcurrentSkipListMap<>());
    }
    // Those of HTTP/2 share neither a relay nor a server with the others.
    var byTls = clients.stream().collect(Collectors.partitioningBy(it -> it.program().isHttp2()));
    try (var rows = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> plays =
          byTls.values().stream()
              .<Callable<Boolean>>map(
                  row ->
                      () -> {
                        for (Scenario scenario : Scenario.values()) {
                          seen.get(scenario).putAll(played(scenario, row, ""));
                        }
                        return true;
                      })
              .toList();
      for (Future<Boolean> played : rows.invokeAll(plays)) {
        played.get();
      }
    }
    repeatOnce(guide, seen);
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

  /** Other programs have their own timing: what is not as the guide says is seen once more. */
  private void repeatOnce(ClientTable guide, Map<Scenario, Map<ClientProgram, String>> seen)
      throws InterruptedException {
    long began = System.nanoTime();
    for (Scenario scenario : Scenario.values()) {
      Map<ClientProgram, String> cells = seen.get(scenario);
      List<RealClient> unlike =
          clients.stream()
              .filter(it -> cells.containsKey(it.program()))
              .filter(it -> !isAsSaid(cells.get(it.program()), guide.cell(it.program(), scenario)))
              .toList();
      if (unlike.isEmpty()) {
        continue;
      }
      boolean late = System.nanoTime() - began > REPEATS.toNanos();
      for (RealClient client : unlike) {
        System.out.printf(
            "%s: %s, %s: it was '%s', and the guide says '%s'%n",
            late ? "NOT REPEATED" : "REPEATED",
            scenario.title(),
            client.program().title(),
            cells.get(client.program()),
            guide.cell(client.program(), scenario));
      }
      if (!late) {
        cells.putAll(played(scenario, unlike, "-again"));
      }
    }
  }

  private Map<ClientProgram, String> played(Scenario scenario, List<RealClient> with, String run)
      throws InterruptedException {
    try (var stage = new Stage(scenario, with, tls, run)) {
      return stage.run();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception | AssertionError e) {
      // No word of the guide's: the cells of all its clients fail.
      e.printStackTrace();
      return with.stream()
          .map(RealClient::program)
          .filter(scenario::suits)
          .collect(Collectors.toMap(it -> it, it -> "failed: " + e));
    }
  }

  private static boolean isAsSaid(String seen, String said) {
    return said.startsWith("may ") || seen.equals(said);
  }

  private static void compare(String seen, String said) {
    assumeFalse(said.startsWith("may "), "a race inside the client; this time: " + seen);
    assertThat(seen).isEqualTo(said);
  }
}
