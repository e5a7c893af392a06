package io.heliograph.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.settings.Origin.Level;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What is read from which place, which place wins, and what is refused. */
final class SettingsPlacesTest {
  @TempDir private Path dir;
  private final Map<String, String> env = new HashMap<>();
  private Path config = Path.of("");
  private Path project = Path.of("");

  @SuppressWarnings("UnusedVariable") // Stands for the options that commands share.
  private static final class Shared {
    @Option(names = "--server")
    @Nullable String server;

    @Option(names = "--token")
    @Nullable String token;

    @Option(names = {"-H", "--header"})
    List<String> headers = List.of();

    @Option(names = "--insecure")
    boolean insecure;

    @Option(names = "--context")
    @Nullable String context;

    @Option(names = "--help", usageHelp = true)
    boolean help;
  }

  @CommandLine.Command(name = "root")
  private static final class Root {}

  @CommandLine.Command(name = "talk")
  private static final class Talk {
    @CommandLine.Mixin private final Shared shared = new Shared();
  }

  private static final Keys KEYS = Keys.of(Shared.class);

  @BeforeEach
  void places() throws IOException {
    env.put("XDG_CONFIG_HOME", dir.toString());
    config = UserConfig.path(env::get);
    Files.createDirectories(config.getParent());
    project = dir.resolve(ProjectFile.NAME);
  }

  @Test
  void keysAreTheLongNamesOfOptionsAndSeveralAreInThePlural() {
    assertThat(KEYS.all()).containsExactly("headers", "insecure", "output", "server", "token");
  }

  @Test
  void withoutFilesNothingIsConfigured() throws Exception {
    assertThat(read(null).values()).isEmpty();
  }

  /** Each column is set or not; the answer is whose value it is. */
  @ParameterizedTest
  @CsvSource({
    "true,  true,  true,  ENVIRONMENT",
    "true,  true,  false, ENVIRONMENT",
    "true,  false, true,  ENVIRONMENT",
    "true,  false, false, ENVIRONMENT",
    "false, true,  true,  PROJECT",
    "false, true,  false, PROJECT",
    "false, false, true,  CONTEXT"
  })
  void theEnvironmentWinsOverTheProjectAndThatOverTheContext(
      boolean inEnvironment, boolean inProject, boolean inContext, Level winner) throws Exception {
    if (inEnvironment) {
      env.put("SSE_CLI_SERVER", "http://ENVIRONMENT");
    }
    if (inProject) {
      Files.writeString(project, "server: http://PROJECT\n");
    }
    write(
        "current: c\ncontexts: {c: {"
            + (inContext ? "server: http://CONTEXT" : "token: env:T")
            + "}}");

    Setting server = read(null).of("server").orElseThrow();

    assertThat(server.text()).isEqualTo("http://" + winner);
    assertThat(server.origin().level()).isEqualTo(winner);
  }

  @ParameterizedTest
  @CsvSource({
    "a,  b,  c,  http://a",
    ",   b,  c,  http://b",
    ",   ,   c,  http://c",
    ",   ,   ,   http://d",
    "'', b,  c,  none",
    ",   '', c,  none"
  })
  void theContextIsThatOfTheCommandLineElseOfTheEnvironmentElseOfTheProjectElseTheCurrentOne(
      @Nullable String typed, @Nullable String variable, @Nullable String inProject, String server)
      throws Exception {
    write(
        """
        current: d
        contexts:
          a: {server: http://a}
          b: {server: http://b}
          c: {server: http://c}
          d: {server: http://d}
        """);
    if (variable != null) {
      env.put("SSE_CLI_CONTEXT", variable);
    }
    if (inProject != null) {
      Files.writeString(project, "context: " + inProject);
    }

    assertThat(read(typed).of("server").map(Setting::text).orElse("none")).isEqualTo(server);
  }

  @Test
  void aServerThatOnlyTheDirectoryNamesGetsNoTokenOrHeaderOfTheEnvironment() throws Exception {
    Files.writeString(project, "server: http://stranger:1");
    env.put("SSE_CLI_TOKEN", "sekrit");
    env.put("SSE_CLI_HEADERS", "X-Api-Key: k");

    Shared talk = parsed("talk");

    assertThat(talk.server).isEqualTo("http://stranger:1");
    assertThat(talk.token).isNull();
    assertThat(talk.headers).isEmpty();
    assertThat(parsed("talk", "--server", "http://stranger:1").token).isEqualTo("sekrit");
    write("contexts: {c: {server: http://stranger:1}}");
    assertThat(parsed("talk").token).isEqualTo("sekrit");
    assertThat(parsed("talk").headers).containsExactly("X-Api-Key: k");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--token=sekrit", "--header=X-Api-Key: k"})
  void whatIsTypedForNoServerIsNotForOneThatOnlyTheDirectoryNames(String secret) throws Exception {
    Files.writeString(project, "server: http://stranger:1");

    assertThatThrownBy(() -> parsed("talk", secret))
        .isInstanceOf(ParameterException.class)
        .hasMessageContainingAll(
            secret.substring(0, secret.indexOf('=')), ProjectFile.NAME, "--server")
        .hasMessageNotContaining("sekrit");
    assertThat(parsed("talk", secret, "--server", "http://known:1").server).contains("known");
  }

  private Shared parsed(String... words) {
    var quiet = OutputStream.nullOutputStream();
    var shell = new Shell(new Terminals(false, false, false), env, quiet, quiet);
    var talk = new CommandLine(new Talk());
    CommandLine line = new CommandLine(new Root()).addSubcommand(talk);
    var places = new Settings.Places(env::get, config, project, KEYS, true);
    talk.getCommandSpec().defaultValueProvider(new Defaults(shell, places));
    line.parseArgs(words);
    return ((Talk) talk.getCommand()).shared;
  }

  @Test
  void anEmptyVariableIsNone() throws Exception {
    env.put("SSE_CLI_SERVER", "");
    assertThat(read(null).of("server")).isEmpty();
  }

  @Test
  void headersAreListsAndInTheEnvironmentLines() throws Exception {
    write("current: c\ncontexts:\n  c:\n    headers:\n      - 'A: 1'\n      - 'B: 2'\n");
    assertThat(read(null).of("headers").orElseThrow().values()).containsExactly("A: 1", "B: 2");
    env.put("SSE_CLI_HEADERS", "C: 3\nD: 4");
    assertThat(read(null).of("headers").orElseThrow().values()).containsExactly("C: 3", "D: 4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "contexts: {a: {sever: x}} | line 1: there is no key 'sever' in a context; did you mean"
            + " 'server'?",
        "contexts: {a: {}}\\nserver: x | line 2: 'server' belongs to a context",
        "\\ncontext: {a: {}} | line 2: there is no key 'context' here; did you mean 'contexts'?",
        "contexts: {a: {server: }} | the value is missing",
        "contexts: {a: {server: [x]}} | here stands one value",
        "contexts: {a: {server: x, server: y}} | the key 'server' stands here a second time",
        "contexts: {'a b': {server: x}} | 'a b': a name has letters",
        "contexts: {a: {token: '-'}} | goes on the command line only",
        "contexts: [ | not YAML",
        "a: \u0007b | not YAML",
        "just words | here stand keys with values",
        "!!javax.script.ScriptEngineManager [x] | not YAML: Global tag is not allowed",
        "contexts: {a: {headers: [!!java.net.URL [x]]}} | not YAML: Global tag is not allowed",
        "a: &a [x]\\nb: *a | not YAML",
      })
  void whatIsWrongIsToldWithItsLineAndWhatIsAllowed(String text, String message) throws Exception {
    write(text.replace("\\n", "\n"));

    assertThatThrownBy(() -> read(null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(config.toString())
        .hasMessageContaining(message);
  }

  @Test
  void whatIsTooLargeOrTooDeepOrNoTextIsRefusedAtOnce() throws Exception {
    write("#".repeat(Yaml.MAX_BYTES + 1));
    assertThatThrownBy(() -> read(null)).hasMessageContaining("more than 1 MiB");
    write("[".repeat(100_000));
    assertThatThrownBy(() -> read(null)).isInstanceOf(ConfigException.class);
    Files.write(config, new byte[] {'a', ':', ' ', (byte) 0xff});
    assertThatThrownBy(() -> read(null)).hasMessageContaining("is not UTF-8");
  }

  /** Nine lines that would be 9^9 values, did anybody write them out. */
  @Test
  void anchorsThatMultiplyAreRefused() throws Exception {
    var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 10; i++) {
      String inner = ("*a" + (i - 1) + ",").repeat(9);
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, inner.substring(0, inner.length() - 1)));
    }
    write(bomb.toString());
    assertThatThrownBy(() -> read(null)).isInstanceOf(ConfigException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token: abc",
        "token: cmd:touch /tmp/here",
        "token: env:HOME",
        "headers: ['Authorization: Bearer x']",
        "headers: ['X-Api-Key: x']",
        "insecure: true"
      })
  void aProjectsFileHoldsNeitherSecretsNorWhomToTrust(String text) throws Exception {
    Files.writeString(project, "server: http://x\n" + text);

    assertThatThrownBy(() -> read(null))
        .hasMessageContaining("line 2: ")
        .hasMessageContaining("sse-cli context add")
        .hasMessageContaining("context: NAME");
  }

  @Test
  void aContextThatIsNotThereIsToldWithThoseThatAre() throws Exception {
    write("contexts: {prod: {server: http://p}, dev: {server: http://d}}");
    assertThatThrownBy(() -> read("prd"))
        .hasMessageContaining("--context: there is no context 'prd'; did you mean 'prod'?")
        .hasMessageContaining("prod, dev");
  }

  @Test
  void aFileWithASecretThatOthersCanReadIsWarnedOf() throws Exception {
    for (String secret : List.of("token: abc", "headers: ['Cookie: a=b']")) {
      write("contexts: {c: {" + secret + "}}");
      Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
      assertThat(read(null).warning()).contains("chmod 600 " + config);
      Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
      assertThat(read(null).warning()).isNull();
    }
    write("contexts: {c: {token: env:T}}");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(read(null).warning()).isNull();
  }

  @Test
  void aSecretIsNotShownAndAReferenceIs() {
    var origin = new Origin(Level.CONTEXT, "x");
    assertThat(new Setting("token", List.of("abc"), origin).shown()).containsExactly("****");
    assertThat(new Setting("token", List.of("cmd:pass x"), origin).shown())
        .containsExactly("cmd:pass x");
    assertThat(new Setting("headers", List.of("Cookie: a", "X-Y: z"), origin).shown())
        .containsExactly("Cookie: ****", "X-Y: z");
  }

  @Test
  void theFileIsBelowXdgConfigHomeElseBelowHome() {
    assertThat(UserConfig.path(Map.of("XDG_CONFIG_HOME", "/x", "HOME", "/h")::get))
        .isEqualTo(Path.of("/x/sse-cli/config.yaml"));
    assertThat(UserConfig.path(Map.of("XDG_CONFIG_HOME", "", "HOME", "/h")::get))
        .isEqualTo(Path.of("/h/.config/sse-cli/config.yaml"));
  }

  private void write(String text) throws IOException {
    Files.writeString(config, text);
  }

  private Settings read(@Nullable String context) throws ConfigException {
    return Settings.read(Settings.Places.of(env::get, dir, KEYS), context);
  }
}
