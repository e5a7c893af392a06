package io.heliograph.server.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  @TempDir private Path directory;

  @Test
  void theDefaultsAreThoseOfTheDocuments() {
    Settings settings = Settings.of(Map.of());

    assertThat(settings.server())
        .isEqualTo(
            new Settings.Server(
                "127.0.0.1",
                8080,
                List.of(),
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                Duration.ofSeconds(75)));
    assertThat(settings.stream())
        .isEqualTo(
            new Settings.Stream(
                Duration.ofSeconds(15),
                Duration.ofSeconds(3),
                65536,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Optional.empty()));
    assertThat(settings.log().perUser())
        .isEqualTo(new Settings.Kept(256, 1 << 20, Duration.ofHours(24)));
    assertThat(settings.limits())
        .isEqualTo(
            new Settings.Limits(
                65536, OptionalInt.empty(), 32, OptionalInt.empty(), OptionalInt.empty()));
    assertThat(settings.drain().window()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.demo().ticker()).isEmpty();
    assertThat(settings.logFormat()).isEqualTo(Settings.LogFormat.TEXT);
    assertThat(settings.file()).isEmpty();
    assertThat(Settings.DEFAULT_FILE).hasToString("heliograph.yaml");
  }

  @Test
  void aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Path file =
        write(
            """
            server:
              port: 1
              host: file
            stream:
              heartbeat: 10s
            log.per-user.events: 7
            """);

    Settings settings =
        Settings.load(
            Map.of("server.port", "3"),
            Map.of("HELIOGRAPH_SERVER_PORT", "2", "HELIOGRAPH_SERVER_HOST", "environment"),
            Optional.of(file));

    assertThat(settings.file()).contains(file);
    assertThat(settings.server().host()).isEqualTo("environment");
    assertThat(settings.server().port()).isEqualTo(3);
    assertThat(settings.stream().heartbeat()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.log().perUser().events()).isEqualTo(7);
  }

  @Test
  void aVariableOfTheEnvironmentHasTheNamesDotsAndDashesAsUnderscores() {
    Settings settings =
        Settings.load(Map.of(), Map.of("HELIOGRAPH_LOG_PER_USER_EVENTS", "9"), Optional.empty());

    assertThat(settings.log().perUser().events()).isEqualTo(9);
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void anUnknownVariableOnlyWarns() {
    Settings settings =
        Settings.load(
            Map.of(),
            Map.of("HELIOGRAPH_SERVICE_HOST", "10.0.0.1", "HELIOGRAPH_JAVA_OPTS", "-Xmx1g"),
            Optional.empty());

    assertThat(settings.warnings())
        .containsExactly(
            "The environment variable HELIOGRAPH_SERVICE_HOST is not a setting and is ignored.");
    assertThat(
            Settings.load(Map.of(), Map.of("HELIOGRAPH_STREAM_HARTBEAT", "9s"), Optional.empty())
                .warnings())
        .containsExactly(
            "The environment variable HELIOGRAPH_STREAM_HARTBEAT is not a setting and is ignored."
                + " Did you mean 'HELIOGRAPH_STREAM_HEARTBEAT'?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "server.port;        http;   must be a whole number from 0 to 65535",
        "server.port;        65536;  must be a whole number from 0 to 65535",
        "server.port;        +80;    must be a whole number from 0 to 65535",
        "server.port;        ٨٠;     must be a whole number from 0 to 65535",
        "limits.connections; ٨;      must be 'auto' or a whole number from 1 to",
        "log.per-user.bytes; 17179869185GiB; must be a size from 1KiB to 1GiB",
        "log.per-user.bytes; ٨KiB;   must be a size from 1KiB to 1GiB",
        "stream.heartbeat;   ٨s;     must be a duration",
        "stream.heartbeat;   PT٨S;   must be a duration",
        "server.trusted-proxies; 10.0.0.0/+8;   must have a prefix length from 0 to 32",
        "server.trusted-proxies; 10.0.0.0/٨;    must have a prefix length from 0 to 32",
        "server.trusted-proxies; 10.0.0.٨;      is neither an address nor a CIDR",
        "stream.heartbeat;   60s;    from 1s to 59s. nginx cuts",
        "stream.heartbeat;   15;     must be a duration",
        "stream.heartbeat;   -PT5S;  must be a duration",
        "log.per-user.bytes; 1MB;    must be a size from 1KiB to 1GiB",
        "limits.publish-rate; 0;     must be 'off' or a whole number from 1 to",
        "limits.connections; few;    must be 'auto' or a whole number from 1 to",
        "server.trusted-proxies; proxy.example; is neither an address nor a CIDR",
        "server.trusted-proxies; 10.0.0.0/33;   must have a prefix length from 0 to 32",
        "demo.ticker;        always; must be 'off' or a duration",
        "log.type;           disk;   must be memory or file or redis",
        "log.redis.wait-replicas; 11; must be a whole number from 0 to 10",
        "log.redis.wait-replicas; -1; must be a whole number from 0 to 10",
      })
  void aBadValueNamesWhatIsAllowed(String name, String value, String message) {
    assertThatThrownBy(() -> Settings.of(Map.of(name, value)))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(name + " is '" + value + "'")
        .hasMessageContaining(message);
  }

  @Test
  void anUnknownNameStopsTheStart() throws Exception {
    assertThatThrownBy(() -> Settings.of(Map.of("stream.hartbeat", "5s")))
        .hasMessage(
            "Unknown setting 'stream.hartbeat' (given as a flag)."
                + " Did you mean 'stream.heartbeat'?");
    assertThatThrownBy(() -> Settings.of(Map.of("spring.application.name", "shop")))
        .hasMessageStartingWith("Unknown setting 'spring.application.name' (given as a flag).")
        .hasMessageContaining("Settings are: auth.allow-off-beyond-loopback, auth.cookie, ");

    Path file = write("strem:\n  heartbeat: 5s\n");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .hasMessageContaining(
            "Unknown setting 'strem.heartbeat' (in the configuration file " + file + ")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"settings", "settings.conf", "settings.properties", "settings.json"})
  void aFileOfAnyNameIsYaml(String name) throws Exception {
    Path file = Files.writeString(directory.resolve(name), "server:\n  port: 7\n");

    Settings settings = Settings.load(Map.of(), Map.of(), Optional.of(file));

    assertThat(settings.server().port()).isEqualTo(7);
  }

  @Test
  void aSectionWhoseSettingsAreCommentedOutIsNoSetting() throws Exception {
    Path file = write("server:\n#  port: 7\nauth:\n  jwt:\n#    issuer: x\n");

    assertThat(Settings.load(Map.of(), Map.of(), Optional.of(file)).server().port())
        .isEqualTo(8080);
    Path unknown = write("serve:\n");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(unknown)))
        .hasMessageContaining("Unknown setting 'serve'");
  }

  @Test
  void aTextThatIsEmptyStopsTheStart() throws Exception {
    Path file = write("auth:\n  jwt:\n    issuer:\n");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .hasMessage(
            "auth.jwt.issuer is empty (from the configuration file "
                + file
                + "). Give it a value, or remove it.");
    // As a compose file writes ${AUDIENCE} that is not set.
    assertThatThrownBy(
            () ->
                Settings.load(
                    Map.of(), Map.of("HELIOGRAPH_AUTH_JWT_AUDIENCE", ""), Optional.empty()))
        .hasMessageStartingWith("auth.jwt.audience is empty (from HELIOGRAPH_AUTH_JWT_AUDIENCE)");
  }

  @Test
  void aTextWithAControlCharacterStopsTheStart() throws Exception {
    Path file = write("log:\n  type: file\n  file:\n    directory: \"a\\0b\"\n");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .hasMessage(
            "log.file.directory contains a control character, such as a line break (from the"
                + " configuration file %s). Remove it.",
            file);
    // As Kubernetes gives a secret that was made of a file.
    assertThatThrownBy(
            () ->
                Settings.load(
                    Map.of(), Map.of("HELIOGRAPH_AUTH_JWT_ISSUER", "shop\n"), Optional.empty()))
        .hasMessageStartingWith("auth.jwt.issuer contains a control character");
  }

  @Test
  void trustedProxiesMayBeAList() throws Exception {
    Path file = write("server.trusted-proxies: [10.0.0.0/8, 127.0.0.1]\n");
    assertThat(Settings.load(Map.of(), Map.of(), Optional.of(file)).server().trustedProxies())
        .containsExactly("10.0.0.0/8", "127.0.0.1");

    Path bad = write("server.trusted-proxies: [10.0.0.0/8, proxy.example]\n");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(bad)))
        .hasMessageStartingWith("server.trusted-proxies is '10.0.0.0/8,proxy.example' (from ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a\n- b\n", "hello\n"})
  void aFileWithoutNamesStopsTheStart(String yaml) throws Exception {
    Path file = write(yaml);

    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .isInstanceOf(SettingsException.class)
        .hasMessageEndingWith("must contain names and values, such as server.port: 8080.");
  }

  @Test
  void aFileThatIsMissingOrNoYamlStopsTheStart() throws Exception {
    assertThatThrownBy(
            () -> Settings.load(Map.of(), Map.of(), Optional.of(directory.resolve("none.yaml"))))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("none.yaml");

    Path file = write("server: [port: 1\n");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .isInstanceOf(SettingsException.class);
    Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xe4, '\n'});
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .hasMessage("The configuration file " + file + " is not UTF-8.");
    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(directory)))
        .hasMessageContaining(directory + " cannot be read");
  }

  static List<Arguments> filesThatAreNoSettings() {
    String levels =
        IntStream.range(0, 30).mapToObj(i -> "  ".repeat(i) + "a:\n").collect(joining());
    String bomb =
        "a: &0 [x,x,x,x,x,x,x,x,x,x]\n"
            + IntStream.range(1, 9)
                .mapToObj(i -> "b%d: &%d [%s]\n".formatted(i, i, ("*" + (i - 1) + ",").repeat(10)))
                .collect(joining());
    return List.of(
        Arguments.of("stream: &a\n  heartbeat: 5s\n  more: *a\n", 3, "contains itself"),
        Arguments.of("a: &a [b, *a]\n", 1, "a.1 contains itself through an alias"),
        Arguments.of("a: *b\n", 1, "undefined alias b"),
        Arguments.of(levels, 21, "more than 20 levels"),
        Arguments.of("server:\n  port: " + "[".repeat(100_000), 2, "more than 20 levels"),
        Arguments.of(bomb, 4, "more than 10000 values"),
        Arguments.of(bomb.replace("[x,x,x,x,x,x,x,x,x,x]", "{}"), 5, "more than 10000 values"),
        Arguments.of("server:\n  port: 1\n? [a]\n: b\n", 3, "a name must be a text"),
        Arguments.of("a: &a\n  b: c\nserver:\n  <<: *a\n", 4, "'<<' is not supported"),
        Arguments.of("server:\n  port: 1\n   host: a\n", 3, "mapping values are not allowed"),
        Arguments.of("server:\n\tport: 1\n", 2, "found character '\\t(TAB)'"));
  }

  @ParameterizedTest
  @MethodSource("filesThatAreNoSettings")
  void whatIsWrongWithAFileIsNamedWithItsLine(String yaml, int line, String problem)
      throws Exception {
    Path file = write(yaml);

    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .isInstanceOf(SettingsException.class)
        .hasMessageStartingWith(
            "The configuration file " + file + " is invalid in line " + line + ": ")
        .hasMessageContaining(problem);
  }

  @Test
  void sectionsMayShareTheirSettingsByAnAlias() throws Exception {
    Path file = write("log:\n  per-user: &kept\n    events: 7\n  broadcast: *kept\n");

    Settings.Log log = Settings.load(Map.of(), Map.of(), Optional.of(file)).log();

    assertThat(log.perUser().events()).isEqualTo(7);
    assertThat(log.broadcast().events()).isEqualTo(7);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "stream:|  heartbeat: 5s|stream.heartbeat: 6s; stream.heartbeat; 2; 3",
        "stream.heartbeat: 5s|stream:|  heartbeat: 5s; stream.heartbeat; 1; 3",
        "log:|  per-user.events: 5|  per-user:|    events: 6; log.per-user.events; 2; 4",
        "server:|  port: 1|server:|  port: 2; server.port; 2; 4",
        "cors.origins: []|cors:|  origins: https://a.example; cors.origins; 1; 3",
      })
  void aNameThatIsSetTwiceStopsTheStart(String lines, String name, int first, int second)
      throws Exception {
    Path file = write(lines.replace('|', '\n'));

    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .isInstanceOf(SettingsException.class)
        .hasMessage(
            "The configuration file %s sets %s twice, in line %s and in line %s. Remove one of"
                + " them.",
            file, name, first, second);
  }

  @Test
  void aSectionMayBeWrittenInParts() throws Exception {
    Path file = write("server:\n  port: 7\nserver.host: a\n");

    Settings.Server server = Settings.load(Map.of(), Map.of(), Optional.of(file)).server();

    assertThat(server.port()).isEqualTo(7);
    assertThat(server.host()).isEqualTo("a");
  }

  @Test
  void aValueIsTheTextThatIsWritten() throws Exception {
    Path file = write("server:\n  host: 2026-11-30\nauth.mode: ${HOME}\n");

    assertThatThrownBy(() -> Settings.load(Map.of(), Map.of(), Optional.of(file)))
        .hasMessageStartingWith("auth.mode is '${HOME}'");
    write("server:\n  host: 2026-11-30\n  port: 0080\n");
    Settings.Server server = Settings.load(Map.of(), Map.of(), Optional.of(file)).server();
    assertThat(server.host()).isEqualTo("2026-11-30");
    assertThat(server.port()).isEqualTo(80);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "auth.mode=jwt; exactly one of",
        "auth.mode=jwt auth.jwt.key-file=a auth.jwt.secret-file=b; set are: auth.jwt.secret-file,"
            + " auth.jwt.key-file",
        "auth.jwt.issuer=x; auth.mode is off",
        "auth.cookie=x; auth.mode is off",
        "auth.tickets.ttl=30s; auth.mode is off",
        "auth.jwt.clock-skew=1s; auth.mode is off",
        "auth.mode=jwt auth.jwt.key-file=a auth.allow-off-beyond-loopback=true; auth.mode is jwt",
        "auth.scrape-token-file=x; auth.mode is off",
        "auth.mode=jwt auth.jwt.key-file=a auth.scrape-token=x; only come from the environment, as"
            + " HELIOGRAPH_AUTH_SCRAPE_TOKEN",
        "auth.mode=on; must be off or jwt",
        "auth.mode=jwt auth.jwt.secret=x; only come from the environment, as"
            + " HELIOGRAPH_AUTH_JWT_SECRET",
        "auth.mode=jwt auth.jwt.jwks-url=file:///etc/passwd; must be an http or https URL",
        "auth.mode=jwt auth.jwt.jwks-url=https://a.example:65536/; must be an http or https URL",
        "auth.cookie=a=b; must be the name of a cookie",
        "cors.origins=https://a.example:65536; exact origins",
        "cors.origins=https://a.example:0; exact origins",
        "cors.origins=*; exact origins",
        "cors.origins=https://a.example/x; exact origins",
        "cors.origins=null; exact origins",
        "server.tls.certificate=x; belong together",
        "log.redis.url=redis://a; log.redis.url would have no effect, because log.type is memory",
        "log.redis.prefix=x; log.redis.prefix would have no effect",
        "log.redis.user=x; log.redis.user would have no effect",
        "log.redis.password-file=x; log.redis.password-file would have no effect",
        "log.redis.ca-file=x; log.redis.ca-file would have no effect",
        "log.type=file log.file.directory=x log.redis.wait-replicas=1; log.redis.wait-replicas"
            + " would have no effect, because log.type is file",
        "log.type=redis; log.redis.url must be set. Try redis://localhost:6379",
        "log.type=redis log.redis.url=redis://a log.file.directory=x; log.file.directory would have"
            + " no effect, because log.type is redis",
        "log.redis.password=x; only come from the environment, as HELIOGRAPH_LOG_REDIS_PASSWORD",
      })
  void whatCannotGoTogetherStopsTheStart(String settings, String message) {
    assertRefused(settings, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "log.redis.url=http://a:6379; log.redis.url is 'http://a:6379'. It must be redis://HOST",
        "log.redis.url=a:6379; log.redis.url is 'a:6379'. It must be redis://HOST:PORT",
        "log.redis.url=redis://; It must be redis://HOST:PORT",
        "log.redis.url=redis://a:0; in which 'a:0' is no server",
        "log.redis.url=redis://a:65536; in which 'a:65536' is no server",
        "log.redis.url=redis://a:x; in which 'a:x' is no server",
        "log.redis.url=redis://a,,b; in which '' is no server",
        "log.redis.url=redis://a/one; It must be redis://HOST:PORT",
        "log.redis.url=redis://a?timeout=1; It must be redis://HOST:PORT",
        "log.redis.url=redis://a log.redis.ca-file=x; log.redis.ca-file would have no effect,"
            + " because log.redis.url is not encrypted",
        "log.redis.url=redis://a log.redis.user=x; but there is no password",
        "log.redis.url=redis://a log.redis.prefix={x}; must be 1 to 64 letters",
        "log.redis.url=redis://a log.redis.passwordfile=x; Did you mean 'log.redis.password-file'?",
      })
  void aRedisThatCannotBeUsedStopsTheStart(String settings, String message) {
    assertRefused("log.type=redis " + settings, message);
  }

  private static void assertRefused(String settings, String message) {
    var map = new LinkedHashMap<String, String>();
    for (String setting : settings.split(" ", -1)) {
      int at = setting.indexOf('=');
      map.put(setting.substring(0, at), setting.substring(at + 1));
    }
    assertThatThrownBy(() -> Settings.of(map))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aPasswordInTheUrlOfRedisIsRefusedAndNotRepeated() {
    assertThatThrownBy(
            () -> Settings.of(Map.of("log.type", "redis", "log.redis.url", "redis://u:secret@a")))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("log.redis.url contains a user or a password")
        .hasMessageContaining("log.redis.password-file")
        .hasMessageNotContaining("secret");
  }

  @Test
  void twoPasswordsOfRedisAreRefused() {
    assertThatThrownBy(
            () ->
                Settings.load(
                    Map.of(
                        "log.type", "redis",
                        "log.redis.url", "redis://a",
                        "log.redis.password-file", "x"),
                    Map.of("HELIOGRAPH_LOG_REDIS_PASSWORD", "secret"),
                    Optional.empty()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("are both set")
        .hasMessageNotContaining("secret");
  }

  @Test
  void allOfRedisIsRead() {
    assertThat(
            Settings.of(
                    Map.of(
                        "log.type", "redis",
                        "log.redis.url", "rediss://a:7000,[::1],b.example/3",
                        "log.redis.prefix", "shop:1",
                        "log.redis.wait-replicas", "2",
                        "log.redis.user", "heliograph",
                        "log.redis.password-file", "password",
                        "log.redis.ca-file", "ca.pem"))
                .log()
                .type())
        .isEqualTo(
            new Settings.LogType.Redis(
                List.of(
                    new Settings.RedisServer("a", 7000),
                    new Settings.RedisServer("::1", 6379),
                    new Settings.RedisServer("b.example", 6379)),
                true,
                3,
                Optional.of(Path.of("ca.pem")),
                Optional.of("heliograph"),
                Optional.of(new Settings.KeySource.SecretFile(Path.of("password"))),
                "shop:1",
                2));
    assertThat(
            Settings.load(
                    Map.of("log.type", "redis", "log.redis.url", "REDIS://a"),
                    Map.of("HELIOGRAPH_LOG_REDIS_PASSWORD", "secret"),
                    Optional.empty())
                .log()
                .type())
        .isEqualTo(
            new Settings.LogType.Redis(
                List.of(new Settings.RedisServer("a", 6379)),
                false,
                0,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Settings.KeySource.Secret("secret")),
                "heliograph",
                0));
  }

  @Test
  void originsAreSpelledAsBrowsersDo() throws Exception {
    Path file = write("cors:\n  origins: [https://A.Example:443, 'http://b.example:8080']\n");

    assertThat(Settings.load(Map.of(), Map.of(), Optional.of(file)).corsOrigins())
        .isEqualTo(Set.of("https://a.example", "http://b.example:8080"));
  }

  @Test
  void anOffInTheFileIsOffThoughYamlTakesItForFalse() throws Exception {
    Path file = write("demo:\n  ticker: off\nauth:\n  mode: off\nlimits:\n  publish-rate: off\n");

    Settings settings = Settings.load(Map.of(), Map.of(), Optional.of(file));

    assertThat(settings.demo().ticker()).isEmpty();
    assertThat(settings.limits().publishRate()).isEmpty();
  }

  @Test
  void anOffThatHelmsValuesMadeFalseIsOffInTheEnvironment() {
    Settings settings =
        Settings.load(
            Map.of(),
            Map.of(
                "HELIOGRAPH_AUTH_MODE", "false",
                "HELIOGRAPH_STREAM_MAX_AGE", "false",
                "HELIOGRAPH_LIMITS_PUBLISH_RATE", "false"),
            Optional.empty());

    assertThat(settings.auth()).isEqualTo(new Settings.Auth.Off(false));
    assertThat(settings.stream().maxAge()).isEmpty();
    assertThat(settings.limits().publishRate()).isEmpty();
  }

  @Test
  void whatKubernetesInjectsBesideAServiceOfThisNameIsNoSetting() {
    Settings settings =
        Settings.load(
            Map.of(), Map.of("HELIOGRAPH_SERVER_PORT", "tcp://10.0.0.1:8080"), Optional.empty());

    assertThat(settings.server().port()).isEqualTo(8080);
    assertThat(settings.warnings()).singleElement().asString().contains("HELIOGRAPH_SERVER_PORT");
  }

  @Test
  void isoDurationsAreTaken() {
    assertThat(Settings.of(Map.of("stream.heartbeat", "PT20S")).stream().heartbeat())
        .isEqualTo(Duration.ofSeconds(20));
  }

  private Path write(String yaml) throws Exception {
    return Files.writeString(directory.resolve("settings.yaml"), yaml);
  }
}
