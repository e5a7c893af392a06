package io.heliograph.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.settings.Setting.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from which place, which place wins, and what is refused. */
final class SettingsPlacesTest {
  @TempDir private Path dir;
  private final Map<String, String> env = new HashMap<>();
  private Path config = Path.of("");

  @BeforeEach
  void places() throws IOException {
    env.put("XDG_CONFIG_HOME", dir.toString());
    config = UserConfig.path(env::get);
    Files.createDirectories(config.getParent());
  }

  @Test
  void withoutFilesNothingIsConfigured() throws Exception {
    assertThat(read(null).values()).isEmpty();
  }

  @Test
  void theEnvironmentWinsOverTheContext() throws Exception {
    write("current: c\ncontexts: {c: {server: 'http://CONTEXT'}}");
    Setting ofContext = read(null).of("server").orElseThrow();
    env.put("SSE_CLI_SERVER", "http://ENVIRONMENT");
    Setting ofEnvironment = read(null).of("server").orElseThrow();

    assertThat(ofContext.text()).isEqualTo("http://CONTEXT");
    assertThat(ofContext.level()).isEqualTo(Level.CONTEXT);
    assertThat(ofEnvironment.text()).isEqualTo("http://ENVIRONMENT");
    assertThat(ofEnvironment.level()).isEqualTo(Level.ENVIRONMENT);
  }

  @ParameterizedTest
  @CsvSource({
    "a,  b,  http://a",
    ",   b,  http://b",
    ",   ,   http://d",
    "'', b,  none",
    ",   '', none"
  })
  void theContextIsThatOfTheCommandLineElseOfTheEnvironmentElseTheCurrentOne(
      @Nullable String typed, @Nullable String variable, String server) throws Exception {
    write(
        """
        current: d
        contexts:
          a: {server: http://a}
          b: {server: http://b}
          d: {server: http://d}
        """);
    if (variable != null) {
      env.put("SSE_CLI_CONTEXT", variable);
    }

    assertThat(read(typed).of("server").map(Setting::text).orElse("none")).isEqualTo(server);
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
        "contexts: {a: {sever: x}} | line 1: unknown key 'sever'; did you mean" + " 'server'?",
        "contexts: {a: {}}\\nserver: x | line 2: 'server' belongs to a context",
        "\\ncontext: {a: {}} | line 2: unknown key 'context'; did you mean 'contexts'?",
        "contexts: {a: {server: }} | the value is missing",
        "contexts: {a: {server: [x]}} | expected one value",
        "contexts: {a: {server: x, server: y}} | duplicate key 'server'",
        "contexts: {'a b': {server: x}} | 'a b': names have up to 64 letters",
        "contexts: {a: {token: '-'}} | works on the command line only",
        "contexts: [ | not YAML",
        "a: \u0007b | not YAML",
        "just words | expected keys with values",
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
    assertThatThrownBy(() -> read(null)).hasMessageContaining("larger than 1 MiB");
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

  @Test
  void aContextThatIsNotThereIsToldWithThoseThatAre() throws Exception {
    write("contexts: {prod: {server: http://p}, dev: {server: http://d}}");
    assertThatThrownBy(() -> read("prd"))
        .hasMessageContaining("--context: there is no context 'prd'; did you mean 'prod'?")
        .hasMessageContaining("prod, dev");
  }

  @Test
  void aSecretIsNotShownAndAReferenceIs() {
    assertThat(shown("token", "abc")).containsExactly("****");
    assertThat(shown("token", "cmd:pass x")).containsExactly("cmd:pass x");
    assertThat(shown("headers", "Cookie: a", "X-Y: z")).containsExactly("Cookie: ****", "X-Y: z");
  }

  private static List<String> shown(String key, String... values) {
    return new Setting(key, List.of(values), Level.CONTEXT, "x").shown();
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
    return Settings.read(env::get, context);
  }
}
