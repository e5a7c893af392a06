package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The packed program, simulating users of a real server, and what it makes of its reports. The runs
 * mostly wait for their own time to pass: several at once.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
final class SimulateIT {
  private static Heliograph server;

  @TempDir private Path dir;

  @BeforeAll
  static void startServer() {
    server =
        Heliograph.start(
            Settings.of(Map.of("server.port", "0", "drain.window", "0s", "stream.retry", "200ms")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sdk", "raw"})
  void everythingOwedArrivesThroughStormChurnAndBroadcasts(String engine) throws IOException {
    Path report = dir.resolve("report");

    try (Sse simulate =
        simulate(
            "--set",
            "engine=" + engine,
            "--users",
            "60",
            "--rate",
            "100/s",
            "--broadcast",
            "2/s",
            "--set",
            "churn=5/s",
            "--storm",
            "1s:50%",
            // A busy machine may begin late, but begins everything.
            "--set",
            "max-lag=1m",
            "--duration",
            "3s",
            "--report",
            report,
            "-o",
            "json")) {
      int exit = simulate.exit();

      assertThat(simulate.out())
          .singleElement()
          .asString()
          .startsWith("{\"schema\":\"sse-cli/summary/1\"");
      String json = simulate.out().getFirst();
      assertNothingIsLostOrWrong(json);
      assertThat(json).contains("\"delivery.replay\":{");
      assertThat(exit).isZero();
    }
    assertThat(Files.readString(report.resolve("report.html")))
        .contains("<title>Load test ", "\"delivery.live\":{")
        .doesNotContain(" src=", "<link");
    assertThat(Files.readString(report.resolve("run.hlog"))).contains("Tag=delivery.live,");
    try (Sse show = Sse.start("report", "show", report)) {
      assertThat(show.exit()).isZero();
      assertThat(show.out()).anyMatch(line -> line.startsWith("delivery.live "));
    }
    try (Sse same = Sse.start("report", "compare", report, report, "--force")) {
      assertThat(same.exit()).isZero();
      assertThat(same.out().getLast()).isEqualTo("no regression");
    }
  }

  /** What a summary says of a run in which each event arrived once and in order. */
  static void assertNothingIsLostOrWrong(String json) {
    for (String none :
        List.of(
            "loss.silent",
            "dup.live",
            "order.violations",
            "misrouted",
            "corrupt",
            "users.absent")) {
      assertThat(json).as(none).contains("\"" + none + "\":0,");
    }
    assertThat(json).as("resumed").contains("\"reconnect.resumedWithoutLoss\":1,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sdk", "raw"})
  void eachUserShowsItsOwnToken(String engine) throws IOException {
    Path secret = Files.writeString(dir.resolve("secret"), "0123456789abcdef".repeat(3) + "\n");
    Map<String, String> settings =
        Map.of(
            "server.port", "0",
            "drain.window", "0s",
            "auth.mode", "jwt",
            "auth.jwt.secret-file", secret.toString());
    try (Heliograph guarded = Heliograph.start(Settings.of(settings))) {
      List<Object> load =
          List.of(
              "--set",
              "engine=" + engine,
              "--users",
              "3",
              "--rate",
              "20/s",
              "--warmup",
              "1ms",
              "--duration",
              "1s",
              "--report",
              "none",
              "-o",
              "json");
      try (Sse none = against(guarded, load)) {
        assertThat(none.exit()).isEqualTo(4);
      }
      try (Sse minted = against(guarded, load, "--token", "mint:" + secret)) {
        assertAllCame(minted);
      }
      String program = System.getProperty("sse-cli");
      String mint = program + " token --secret-file " + secret + " --user ";
      try (Sse own = against(guarded, load, "--token", "cmd:" + mint + "{user}")) {
        own.exit();
        // Nobody may publish with those.
        assertThat(String.join("", own.out())).contains("\"connect.opened\":3,");
      }
      String publisher = "Authorization: Bearer " + token(secret);
      try (Sse both =
          against(guarded, load, "--token", "cmd:" + mint + "{user}", "-H", publisher)) {
        assertAllCame(both);
      }
      try (Sse broken = against(guarded, load, "--token", "cmd:exit 3 # {user}")) {
        assertThat(broken.exit()).isEqualTo(4);
        assertThat(broken.err()).contains("--token: the command ended with 3");
      }
    }
  }

  private static void assertAllCame(Sse simulate) {
    int exit = simulate.exit();
    String json = String.join("", simulate.out());
    assertThat(json)
        .containsPattern("\"publish.accepted\":2[01],")
        .containsPattern("\"delivery.seen\":2[01],")
        .contains("\"loss.silent\":0,")
        .contains("\"users.absent\":0,");
    assertThat(exit).isZero();
  }

  private static String token(Path secret) {
    try (Sse token =
        Sse.packed("token", "--user", "ops", "--scope", "publish", "--secret-file", secret)) {
      assertThat(token.exit()).isZero();
      return token.out().getFirst();
    }
  }

  private static Sse against(Heliograph guarded, List<Object> load, Object... more) {
    var args = new ArrayList<Object>(List.of("simulate", "--server", guarded.uri()));
    args.addAll(load);
    args.addAll(List.of(more));
    return Sse.start(args.toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"! connect", "! measure"})
  void aStoppedGeneratorSaysThatItIsTheLimit(String phase) throws InterruptedException {
    try (Sse simulate =
        Sse.packed(
            simulation(
                "--users",
                "20",
                "--set",
                "ramp=4s",
                "--rate",
                "50/s",
                "--duration",
                "4s",
                "--report",
                "none",
                "-o",
                "json"))) {
      simulate.awaitErr(phase);
      simulate.signal("STOP");
      Thread.sleep(1000); // The fault itself, not a wait for something.
      simulate.signal("CONT");

      assertThat(simulate.exit()).isEqualTo(98);
      assertThat(simulate.out())
          .singleElement()
          .asString()
          .contains("\"state\":\"INVALID\"", "held ", ": hiccup ", "\"loss.silent\":0,");
    }
  }

  @Test
  void ctrlCLeavesAReportOfWhatThereWas() throws IOException {
    Path report = dir.resolve("report");
    try (Sse simulate =
        Sse.packed(simulation("--users", "20", "--duration", "1h", "--report", report))) {
      simulate.awaitErr("! measure").signal("INT");

      assertThat(simulate.exit()).isEqualTo(130);
      assertThat(simulate.out()).anyMatch(line -> line.contains("ABORTED"));
      assertThat(Files.readString(report.resolve("summary.json"))).contains("\"aborted\" : true");
    }
  }

  @Test
  void aMistakeInAScenarioIsNamedWithItsLine() throws IOException {
    Path file = dir.resolve("scenario.yaml");
    Files.writeString(file, "apiVersion: sse-cli/v2\nuser: 3\n");
    assertRefused(2, ", line 2: unknown name 'user'; allowed: arrivals,", file);
  }

  /** An hour of measuring is not lost to a full disk. */
  @Test
  void aResultIsToldThoughItsReportCannotBeWritten() throws IOException {
    Path report = dir.resolve("report");
    try (Sse simulate =
        simulate("--users", "5", "--rate", "20/s", "--duration", "4s", "--report", report)) {
      await().atMost(Sse.PATIENCE).until(() -> Files.exists(report.resolve("run.hlog")));
      Files.createDirectories(report.resolve("report.html/in the way"));

      int exit = simulate.exit();
      assertThat(simulate.err()).contains("the report cannot be written: ", "report.html");
      assertThat(simulate.out()).anyMatch(line -> line.startsWith("delivery   owed "));
      assertThat(simulate.out()).noneMatch(line -> line.startsWith("report  "));
      assertThat(exit).isEqualTo(1);
    }
    assertThat(report.resolve("report.html.new")).doesNotExist();
  }

  @Test
  void whatCannotWorkIsSaidBeforeAnythingIsConnected() {
    assertRefused(2, "unknown metric delivery.lief.p99", "--threshold", "delivery.lief.p99 < 1s");
    assertRefused(
        2,
        "--yes-load-test sse.example.org",
        "--server",
        "https://sse.example.org",
        "--users",
        "500");
    assertRefused(2, "no {user}", "--subscribe-url", "http://127.0.0.1/sub");
    assertRefused(
        2,
        "--subscribe-url: a URL cannot contain a user and password; send them by -H",
        "--subscribe-url",
        "http://ann:secret@127.0.0.1/{user}",
        "--publish-url",
        "http://127.0.0.1/{user}");
    assertRefused(2, "misrouted cannot be disabled", "--set", "no-default-threshold=misrouted");
    assertRefused(98, "→ --set source-ip=127.0.0.1,127.0.0.2,", "--users", "200000");
    String json = "{\"kind\":\"error\",\"code\":\"untrusted\",\"exit\":98,\"http\":null,";
    assertRefused(98, json + "\"message\":\"this machine", "--users", "200000", "-o", "json");
    assertRefused(3, "no connection to 127.0.0.1:1", "--server", "http://127.0.0.1:1");
  }

  @Test
  void aRunThatReachedNobodyLeavesNoFormerReport() throws IOException {
    Path report = Files.createDirectories(dir.resolve("report"));
    Files.copy(sample("summary-good.json"), report.resolve("summary.json"));

    assertRefused(3, "no connection to", "--server", "http://127.0.0.1:1", "--report", report);

    assertExit(2, "report", "show", report);
  }

  @Test
  void aRefusalOfAllUsersEndsWithItsReason() throws IOException {
    try (var strict = Answer.always(401, "text/plain", "no");
        var page = Answer.always(200, "text/html", "hello")) {
      assertRefused(4, "401", "--server", strict.uri());
      assertRefused(5, "text/html", "--server", page.uri());
    }
  }

  /** The commands get Ctrl-C, too, and fail. */
  @Test
  void ctrlCWhileTokensAreFetchedIsNoWrongCredential() {
    Path begun = dir.resolve("begun");
    Path over = dir.resolve("over");
    String fetch =
        "cmd:touch %s; until [ -e %s ]; do sleep 0.1; done; exit 130 # {user}"
            .formatted(begun, over);
    try (Sse simulate = simulate("--token", fetch, "--users", "1", "--report", "none")) {
      simulate.awaitFile(begun).signal("INT");
      assertThat(over.toFile().mkdir()).isTrue();

      assertThat(simulate.exit()).isEqualTo(130);
    }
  }

  @Test
  void aComparisonPassesAndFailsByExitCode() throws IOException {
    Path good = sample("summary-good.json");
    Path lossy = sample("summary-lossy.json");
    Path invalid = sample("summary-invalid.json");

    assertExit(0, "report", "compare", good, good);
    assertExit(99, "report", "compare", good, lossy);
    assertExit(2, "report", "compare", good, invalid);
    assertExit(2, "report", "show", dir.resolve("nowhere"));
  }

  private Path sample(String name) throws IOException {
    Path file = dir.resolve(name);
    try (var in = SimulateIT.class.getResourceAsStream("results/" + name)) {
      Files.write(file, java.util.Objects.requireNonNull(in, name).readAllBytes());
    }
    return file;
  }

  private static void assertExit(int expected, Object... args) {
    try (Sse program = Sse.start(args)) {
      assertThat(program.exit()).as(List.of(args) + " " + program.err()).isEqualTo(expected);
    }
  }

  private void assertRefused(int exit, String message, Object... args) {
    try (Sse simulate = Sse.start(simulation(args))) {
      assertThat(simulate.exit()).as(simulate.err()).isEqualTo(exit);
      assertThat(simulate.err()).contains(message);
      assertThat(simulate.out()).isEmpty();
    }
  }

  private Sse simulate(Object... args) {
    return Sse.start(simulation(args));
  }

  private Object[] simulation(Object... args) {
    var all = new ArrayList<Object>(List.of("simulate", "--warmup", "500ms"));
    all.addAll(List.of(args));
    if (all.stream().noneMatch(arg -> arg.toString().startsWith("ramp="))) {
      all.addAll(List.of("--set", "ramp=500ms"));
    }
    if (!all.contains("--server") && !all.contains("--subscribe-url")) {
      all.addAll(List.of("--server", server.uri()));
    }
    if (!all.contains("--report")) {
      all.addAll(List.of("--report", dir.resolve("unwanted")));
    }
    return all.toArray();
  }
}
