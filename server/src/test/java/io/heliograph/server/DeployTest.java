package io.heliograph.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What lies in server/deploy, judged by the programs that will read it. */
class DeployTest {

  private static final Path DEPLOY = Path.of("deploy").toAbsolutePath();
  private static final Path UNIT = DEPLOY.resolve("systemd/heliograph.service");
  private static final Path ALERTS = DEPLOY.resolve("prometheus/alerts.yml");
  private static final Path DASHBOARD = DEPLOY.resolve("grafana/heliograph.json");

  private static final Pattern EXPOSURE =
      Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)");
  private static final Pattern METRIC =
      Pattern.compile("\\b(?:heliograph|process|jvm)_[a-z_]+(?=[{ )\\[])");
  private static final Pattern ENVIRONMENT = Pattern.compile("HELIOGRAPH_([A-Z_]+):");
  private static final Pattern QUERY = Pattern.compile("\"expr\": (\".*\")");
  private static final Pattern REASONS = Pattern.compile("reason=~?\"([^\"]+)\"");

  @TempDir private Path directory;

  @Test
  void systemdAcceptsTheUnitAndFindsItHardened() throws Exception {
    Path systemd = program("systemd-analyze", "systemd");
    Path unit = directory.resolve("heliograph.service");
    // The program that it starts need not be installed here.
    Files.writeString(
        unit,
        Files.readString(UNIT)
            .replace("/opt/heliograph-server/bin/heliograph-server", systemd.toString()));

    assertThat(run(0, systemd, "verify", unit)).isEmpty();

    String judged = run(0, systemd, "security", "--offline=true", "--no-pager", unit);
    assertThat(matches(EXPOSURE, judged).map(Double::parseDouble))
        .singleElement()
        .satisfies(exposure -> assertThat(exposure).isLessThanOrEqualTo(2.0));
  }

  @Test
  void nginxAcceptsTheConfigurationOfTheComposeFile() throws Exception {
    Path nginx = Path.of("/usr/sbin/nginx");
    assumeTrue(Files.isExecutable(nginx), "nginx is not installed (Debian: apt-get install nginx)");
    Path conf = directory.resolve("nginx.conf");
    Files.writeString(
        conf,
        "pid "
            + directory.resolve("pid")
            + ";\n"
            + Files.readString(DEPLOY.resolve("compose/nginx.conf"))
                .replaceAll("node-[12]", "127.0.0.1"));

    run(0, nginx, "-t", "-q", "-p", directory, "-c", conf);
  }

  @Test
  void theComposeFileNamesSettingsThatExist() throws Exception {
    String compose = Files.readString(DEPLOY.resolve("compose/compose.yaml"));
    String settings = Files.readString(Path.of("../docs/reference/settings.md"));

    assertThat(matches(ENVIRONMENT, compose)).isNotEmpty();
    assertThat(matches(ENVIRONMENT, compose))
        .allSatisfy(
            name ->
                assertThat(settings.replaceAll("[-.]", "_").toUpperCase(Locale.ROOT))
                    .contains("`" + name + "`"));
  }

  @Test
  void theNodesOfTheComposeFileMayListenForOtherMachines() throws Exception {
    var compose =
        (Map<?, ?>) new Yaml().load(Files.readString(DEPLOY.resolve("compose/compose.yaml")));
    var services = (Map<?, ?>) Objects.requireNonNull(compose.get("services"));
    var node = (Map<?, ?>) Objects.requireNonNull(services.get("node-1"));
    var environment = new LinkedHashMap<String, String>();
    ((Map<?, ?>) Objects.requireNonNull(node.get("environment")))
        .forEach((name, value) -> environment.put((String) name, String.valueOf(value)));

    mayStartInTheImage(environment, Map.of());
  }

  @Test
  void theImageStartsAsTheGuideSays() throws Exception {
    List<String> commands =
        matches(
                Pattern.compile("(?m)^    docker run (.*)$"),
                Files.readString(Path.of("../docs/guides/deployment.md")))
            .toList();

    assertThat(commands).hasSizeGreaterThan(1);
    for (String command : commands) {
      var environment = new LinkedHashMap<String, String>();
      matches(Pattern.compile("-e (\\S+)"), command)
          .forEach(name -> environment.put(name, "s".repeat(32)));
      var flags = new LinkedHashMap<String, String>();
      Pattern.compile("--set (\\S+)=(\\S+)")
          .matcher(command)
          .results()
          .forEach(set -> flags.put(set.group(1), set.group(2)));
      mayStartInTheImage(environment, flags);
    }
  }

  /** Fails if the server refuses to listen as the entry point of the image tells it to. */
  private static void mayStartInTheImage(Map<String, String> environment, Map<String, String> set)
      throws IOException {
    assertThat(Files.readString(DEPLOY.resolve("docker/Dockerfile")))
        .contains("heliograph-server\", \"--host\", \"0.0.0.0\"]");
    var flags = new LinkedHashMap<>(set);
    flags.put("server.host", "0.0.0.0");

    Settings settings = Settings.load(flags, environment, Optional.empty());

    Authentication.checkReach(settings, Listener.of(settings));
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void theSettingsOfTheDebianPackageAreAnExampleThatStarts() throws Exception {
    String packaged = Files.readString(DEPLOY.resolve("deb/heliograph.yaml"));
    Path file = directory.resolve("heliograph.yaml");
    Files.writeString(file, packaged);

    assertThat(Settings.load(Map.of(), Map.of(), Optional.of(file)).auth())
        .isEqualTo(new Settings.Auth.Off(false));

    Files.writeString(file, packaged.replaceAll("(?m)^#(?=[a-z])", ""));
    Settings settings = Settings.load(Map.of(), Map.of(), Optional.of(file));
    Authentication.checkReach(settings, Listener.of(settings));
    assertThat(settings.auth()).isInstanceOf(Settings.Auth.Jwt.class);
  }

  @Test
  void eachAlertComesWhenItShould() throws Exception {
    Path promtool = program("promtool", "prometheus");

    run(0, promtool, "check", "rules", ALERTS);
    run(0, promtool, "test", "rules", ALERTS.resolveSibling("alerts_test.yml"));

    String tests = Files.readString(ALERTS.resolveSibling("alerts_test.yml"));
    assertThat(matches(Pattern.compile("- alert: (\\w+)"), Files.readString(ALERTS)))
        .isNotEmpty()
        .allSatisfy(
            alert ->
                assertThat(tests)
                    .contains("alertname: " + alert + "}") // Silent on a healthy node.
                    .contains("alertname: " + alert + "\n        exp_alerts:"));
  }

  @Test
  void prometheusUnderstandsEachQueryOfTheDashboard() throws Exception {
    Path promtool = program("promtool", "prometheus");
    List<String> rules =
        matches(QUERY, Files.readString(DASHBOARD))
            .map(query -> query.replace("$__rate_interval", "5m").replace("$instance", ".*"))
            .map(query -> "      - {record: 'heliograph:query', expr: " + query + "}")
            .toList();
    Path file = directory.resolve("rules.yml");
    Files.writeString(
        file, "groups:\n  - name: dashboard\n    rules:\n" + String.join("\n", rules) + "\n");

    assertThat(run(0, promtool, "check", "rules", "--lint=none", file))
        .contains(rules.size() + " rules found");
    assertThat(rules).hasSizeGreaterThan(15);
  }

  @Test
  void theAlertsAndTheDashboardAskForMetricsThatTheServerHas() throws Exception {
    String alerts = Files.readString(ALERTS);
    String dashboard = Files.readString(DASHBOARD);
    String page;
    try (var server = TestServer.start()) {
      page = server.get("/metrics").body();
    }

    Set<String> asked =
        METRIC
            .matcher(alerts + dashboard)
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toSet());
    assertThat(asked).hasSizeGreaterThan(15);
    assertThat(asked).allSatisfy(metric -> assertThat(page).contains("\n" + metric));
    assertThat(matches(REASONS, alerts).flatMap(reasons -> Stream.of(reasons.split("\\|"))))
        .isNotEmpty()
        .allSatisfy(reason -> assertThat(page).contains("{reason=\"" + reason + "\"}"));
  }

  private static Stream<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1));
  }

  private static Path program(String name, String debianPackage) {
    Path program = Path.of("/usr/bin", name);
    assumeTrue(
        Files.isExecutable(program),
        name + " is not installed (Debian: apt-get install " + debianPackage + ")");
    return program;
  }

  private static String run(int expected, Path program, Object... arguments)
      throws IOException, InterruptedException {
    var command =
        Stream.concat(Stream.of(program), Stream.of(arguments)).map(Object::toString).toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(expected);
    return said;
  }
}
