package io.heliograph.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.server.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What Helm makes of server/deploy/helm. No cluster runs it. */
class HelmChartTest {

  private static final Path CHART = Path.of("deploy/helm/heliograph").toAbsolutePath();

  @TempDir private Path directory;

  @BeforeEach
  void skipWhereHelmHasNoLibrary() {
    assumeTrue(
        List.of("Linux", "Mac OS X").contains(System.getProperty("os.name")),
        "the library is tried on Linux and macOS only");
  }

  @Test
  void helmFindsNothingWrongWithIt() throws Exception {
    Process helm = helm("lint", "");
    String said = new String(helm.getInputStream().readAllBytes(), UTF_8);

    assertThat(helm.waitFor()).as(said).isZero();
    assertThat(said).doesNotContain("[WARNING]", "[ERROR]");
  }

  @Test
  void severalNodesShareRedisAndHaveNoPrivileges() throws Exception {
    Rendered rendered =
        render(
            """
            replicas: 3
            settings:
              auth.mode: jwt
              log.type: redis
              log.redis.url: redis://redis:6379
              stream.heartbeat: 10s
              limits.connections: 1000000
            secrets:
              auth.jwt.secret: {name: keys, key: jwt}
              log.redis.password: {name: redis, key: password}
            filesSecret: files
            """);

    assertThat(rendered.kinds())
        .containsExactlyInAnyOrder("Service", "PodDisruptionBudget", "Deployment");
    assertThat(rendered.at("Deployment", "spec", "replicas")).isEqualTo(3);
    assertThat(rendered.at("PodDisruptionBudget", "spec", "maxUnavailable")).isEqualTo(1);
    for (String kind : List.of("Deployment", "PodDisruptionBudget")) {
      assertThat(rendered.at(kind, "spec", "selector", "matchLabels"))
          .isEqualTo(rendered.at("Service", "spec", "selector"));
    }
    assertThat(rendered.pod("securityContext", "runAsNonRoot")).isEqualTo(true);
    assertThat(rendered.pod("enableServiceLinks")).isEqualTo(false);
    assertThat(rendered.container("securityContext"))
        .isEqualTo(
            Map.of(
                "allowPrivilegeEscalation",
                false,
                "readOnlyRootFilesystem",
                true,
                "capabilities",
                Map.of("drop", List.of("ALL"))));
    assertThat(rendered.container("readinessProbe", "httpGet"))
        .isEqualTo(Map.of("path", "/health/ready", "port", "http", "scheme", "HTTP"));
    assertThat(rendered.container("volumeMounts").toString()).contains("mountPath=/etc/heliograph");
    assertThat(rendered.container("env").toString())
        .contains("HELIOGRAPH_AUTH_JWT_SECRET, valueFrom={secretKeyRef={name=keys, key=jwt}}");
  }

  @Test
  void theServerTakesTheSettingsFromTheEnvironmentOfItsContainer() throws Exception {
    Rendered rendered =
        render(
            """
            settings:
              auth.mode: jwt
              log.redis.wait-replicas: 1
              log.type: redis
              log.redis.url: redis://redis:6379
              stream.heartbeat: 10s
              stream.max-age: off
              limits.connections: 1000000
              cors.origins: [https://a.example, https://b.example]
            secrets:
              auth.jwt.secret: {name: keys, key: jwt}
            """);
    var environment = new LinkedHashMap<String, String>();
    for (Object each : (List<?>) rendered.container("env")) {
      var variable = (Map<?, ?>) each;
      Object value = variable.get("value");
      environment.put(
          String.valueOf(variable.get("name")), value == null ? "s".repeat(32) : (String) value);
    }

    Settings settings = Settings.load(Map.of(), environment, Optional.empty());

    assertThat(settings.stream().heartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.stream().maxAge()).isEmpty();
    assertThat(settings.limits().connections()).hasValue(1_000_000);
    assertThat(settings.corsOrigins())
        .containsExactlyInAnyOrder("https://a.example", "https://b.example");
    assertThat(rendered.kinds()).containsExactlyInAnyOrder("Service", "Deployment");
  }

  @Test
  void aLogOnDiskHasAVolume() throws Exception {
    Rendered rendered =
        render(
            """
            settings:
              auth.mode: jwt
              auth.jwt.jwks-url: https://issuer.example/keys
              log.type: file
            persistence: {enabled: true, size: 5Gi, storageClass: fast}
            """);

    assertThat(rendered.kinds()).containsExactlyInAnyOrder("Service", "StatefulSet");
    assertThat(rendered.at("StatefulSet", "spec", "volumeClaimTemplates").toString())
        .contains("storage=5Gi", "storageClassName=fast");
    assertThat(rendered.container("env").toString())
        .contains("{name=HELIOGRAPH_LOG_FILE_DIRECTORY, value=/var/lib/heliograph}");
    assertThat(rendered.container("volumeMounts").toString())
        .contains("mountPath=/var/lib/heliograph");
  }

  @Test
  void valuesThatCannotRunAreRefused() throws Exception {
    assertThat(refused("{}")).contains("auth.mode is jwt, but there is no key");
    assertThat(refused("replicas: 2\nsettings: {auth.mode: 'off'}"))
        .contains("replicas is 2, but only with settings log.type: redis");
    assertThat(refused("settings: {auth.mode: 'off', log.type: file}"))
        .contains("persistence.enabled is false with log.type: file");
    assertThat(refused("settings: {auth.mode: off}"))
        .contains("set settings auth.allow-off-beyond-loopback: true");
  }

  @Test
  void withoutAuthenticationItStartsIfThatIsIntended() throws Exception {
    Rendered rendered = render("settings: {auth.mode: off, auth.allow-off-beyond-loopback: true}");

    assertThat(rendered.container("env").toString())
        .contains("{name=HELIOGRAPH_AUTH_ALLOW_OFF_BEYOND_LOOPBACK, value=true}");
  }

  private Rendered render(String values) throws Exception {
    Process helm = helm("template", values);
    String said = new String(helm.getInputStream().readAllBytes(), UTF_8);
    assertThat(helm.waitFor()).as(said).isZero();
    var byKind = new LinkedHashMap<String, Object>();
    for (Object document : new Yaml().loadAll(said)) {
      byKind.put(String.valueOf(((Map<?, ?>) document).get("kind")), document);
    }
    return new Rendered(byKind);
  }

  private String refused(String values) throws Exception {
    Process helm = helm("template", values);
    String said = new String(helm.getInputStream().readAllBytes(), UTF_8);
    assertThat(helm.waitFor()).as(said).isNotZero();
    return said;
  }

  private Process helm(String command, String values) throws Exception {
    Path file = directory.resolve("values.yaml");
    Files.writeString(file, values);
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            HelmProgram.class.getName(),
            command,
            CHART.toString(),
            file.toString())
        .redirectErrorStream(true)
        .start();
  }

  /** The documents by their kinds. */
  private record Rendered(Map<String, Object> byKind) {

    Iterable<String> kinds() {
      return byKind.keySet();
    }

    Object at(String kind, String... path) {
      Object at = byKind.get(kind);
      for (String step : path) {
        at = ((Map<?, ?>) Objects.requireNonNull(at, step)).get(step);
      }
      return Objects.requireNonNull(at);
    }

    Object pod(String... path) {
      String kind = byKind.containsKey("StatefulSet") ? "StatefulSet" : "Deployment";
      Object at = at(kind, "spec", "template", "spec");
      for (String step : path) {
        at = Objects.requireNonNull(((Map<?, ?>) at).get(step), step);
      }
      return at;
    }

    Object container(String... path) {
      Object at = ((List<?>) pod("containers")).getFirst();
      for (String step : path) {
        at = Objects.requireNonNull(((Map<?, ?>) at).get(step), step);
      }
      return at;
    }
  }
}
