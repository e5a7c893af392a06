package io.heliograph.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.Shells;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.settings.Defaults;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

final class ScenarioTest {
  @TempDir private Path dir;

  /** Each key of a file, and the options that say the same. */
  @Test
  void aFileSaysWhatOptionsSay() throws IOException {
    Path file =
        write(
            """
            apiVersion: sse-cli/v2
            name: friday
            seed: 7
            subscribe-url: http://127.0.0.1/s/{user}
            publish-url: http://127.0.0.1/p
            broadcast-url: http://127.0.0.1/b
            publish-body: "{user}{envelope}"
            header: ["A: b", "C: d"]
            publish-header: "E: f"
            users: 10000
            ramp: 1m30s
            rate: 12k/m
            arrivals: poisson
            size: 4KiB
            broadcast: 0.3/s
            churn: 5%/m
            offline: 700ms
            slow: 5%
            slow-read: 512
            stalled: 1%
            storm: [2s:50%:close, 1500ms]
            run: 3s:echo 'a b'
            warmup: 1ms
            duration: 30s
            drain: 1s
            threshold: delivery.live.p99 < 250ms
            no-default-threshold: [corrupt, loss.silent]
            lanes: 3
            max-lag: 1s
            source-ip: 127.0.0.2,127.0.0.4
            server-pid: 1
            """);

    Plan read = plan(file.toString());

    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFields("target.way")
        .isEqualTo(
            plan(
                "--set=name=friday --set=seed=7"
                    + " --subscribe-url=http://127.0.0.1/s/{user} --publish-url=http://127.0.0.1/p"
                    + " --set=broadcast-url=http://127.0.0.1/b --publish-body={user}{envelope}"
                    + " -H=A:_b -H=C:_d --set=publish-header=E:_f --users=10000 --set=ramp=1m30s"
                    + " --rate=12k/m --set=arrivals=poisson --set=size=4KiB"
                    + " --broadcast=0.3/s --set=churn=5%/m --set=offline=700ms --set=slow=5%"
                    + " --set=slow-read=512 --set=stalled=1% --storm=2s:50%:close --storm=1500ms"
                    + " --run=3s:echo_'a_b' --warmup=1ms --duration=30s --set=drain=1s"
                    + " --threshold=delivery.live.p99_<_250ms"
                    + " --set=no-default-threshold=corrupt --set=no-default-threshold=loss.silent"
                    + " --set=lanes=3 --set=max-lag=1s --set=server-pid=1"
                    + " --set=source-ip=127.0.0.2,127.0.0.4"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:1, '', raw",
    "http://127.0.0.1:1, --set=engine=sdk, sdk",
    "http://127.0.0.1:1, --http2, sdk",
    "https://127.0.0.1:1, '', sdk"
  })
  void theSmallClientsAreTheDefaultWhereTheyCan(
      String server, String option, Plan.EngineKind engine) throws IOException {
    assertThat(plan("--server=" + server + " " + option).engine()).isEqualTo(engine);
  }

  @Test
  void theSmallClientsAreRefusedWhereTheyCannot() {
    assertThatThrownBy(() -> plan("--server=https://127.0.0.1:1 --set=engine=raw"))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("engine is raw, which cannot use https, HTTP/2 or a proxy");
  }

  @Test
  void theExampleOfTheGuideIsOne() throws IOException {
    String guide = Files.readString(Path.of("../docs/guides/load-testing.md"));
    int from = guide.indexOf("    apiVersion:");
    String example = guide.substring(from, guide.indexOf("\n\n", from)).stripIndent();

    Plan plan = plan(write(example + "\n").toString());

    assertThat(plan.users()).isEqualTo(10_000);
    assertThat(plan.load().arrivals()).isEqualTo(Plan.Arrivals.poisson);
    assertThat(plan.behaviour().storms()).hasSize(3);
    assertThat(plan.thresholds()).hasSize(12);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --server=https://push.example.org --users=201              | push.example.org
          --server=https://push.example.org --rate=50k/s             | push.example.org
          --server=https://push.example.org --broadcast=3/s          | push.example.org
          --server=https://push.example.org idle            | push.example.org
          --server=https://10.example.org idle              | 10.example.org
          --server=https://127.example.org idle             | 127.example.org
          --server=https://[2001:db8::1] idle               | [2001:db8::1]
          idle --subscribe-url=http://127.0.0.1/{user} --publish-url=http://p.example.org/{user} | p.example.org
          idle --subscribe-url=http://127.0.0.1/{user} --set=broadcast-url=http://b.example.org/ | b.example.org
          """)
  void loadForStrangersNeedsAWord(String options, String host) {
    assertThatThrownBy(() -> plan(options))
        .isInstanceOf(ParameterException.class)
        .hasMessageEndingWith("--yes-load-test " + host);

    assertThat(plan(options + " --yes-load-test=" + host).users()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--server=https://push.example.org --users=200",
        "--server=https://10.1.2.3 storm",
        "--server=http://[fd00::1] storm",
        "--server=http://push storm",
        "--server=http://127.0.0.1 --rate=50k/s"
      })
  void loadForOnesOwnDoesNot(String options) {
    assertThat(plan(options).users()).isPositive();
  }

  @Test
  void aTemplateMayHaveWhatPeopleWriteInUrls() {
    var plan = plan("--subscribe-url=http://[::1]:8080/{user}?f=a|b --rate=0/s");

    assertThat(plan.target().subscribe("ann"))
        .isEqualTo(java.net.URI.create("http://[::1]:8080/ann?f=a%7Cb"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '^',
      textBlock =
          """
          --subscribe-url=ftp://h/{user} --rate=0/s                  ^ --subscribe-url: 'ftp://h/any' is not
          --subscribe-url=http:{user} --rate=0/s                     ^ --subscribe-url: 'http:any' has no scheme
          --subscribe-url=http://h/{user} --publish-url=http://h:x/{user} ^ --publish-url: 'http://h:x/any' has no valid host or port
          --subscribe-url=http://h/{user} --rate=0/s --broadcast=1/s --set=broadcast-url=http://h:x/b ^ broadcast-url: 'http://h:x/b' has no valid host or port
          --subscribe-url=http://h/{user} --rate=0/s --broadcast=1/s --set=broadcast-url=http://h/{user} ^ broadcast-url has {user}
          --shard=1/2 --broadcast=1/s                                ^ --broadcast cannot be combined with --shard
          --shard=2/2 fanout                                ^ --broadcast cannot be combined with --shard
          """)
  void whatCannotWorkIsSaidAtOnce(String options, String message) {
    assertThatThrownBy(() -> plan(options))
        .isInstanceOf(ParameterException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void optionsWinOverTheFile() throws IOException {
    Path file = write("apiVersion: sse-cli/v2\nusers: 300\nduration: 3s\n");

    Plan plan = plan("--users=7 " + file);

    assertThat(plan.users()).isEqualTo(7);
    assertThat(plan.span().measure()).hasSeconds(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          "usres: 3"                           | ", line 2: unknown name 'usres'; allowed: arrivals, "
          "drain: 3s\nsize: 3 weeks"           | ", line 3: size: '3 weeks' is"
          "users: 3\nusers: 4"                 | ", line 3: duplicate key 'users'"
          "users: [3, 4]"                      | ", line 2: expected one value"
          "users: {count: 3}"                  | ", line 2: expected one value"
          "users:"                             | ", line 2: the value is missing"
          "storm: 3s:100%:x"                   | ", line 2: storm: '3s:100%:x' is not a storm"
          "threshold: [gaps"                   | ", line 3: not YAML: "
          """)
  void whatIsWrongIsSaidWithItsLine(String yaml, String message) throws IOException {
    Path file = write("apiVersion: sse-cli/v2\n" + yaml.replace("\\n", "\n") + "\n");

    assertThatThrownBy(() -> plan(file.toString()))
        .isInstanceOf(ParameterException.class)
        .hasMessageStartingWith(file + message.strip());
  }

  @Test
  void aDocumentOfAnotherKindIsRefused() throws IOException {
    for (String text : List.of("users: 3\n", "apiVersion: sse-cli/v1\n", "", "[1]")) {
      Path file = write(text);
      assertThatThrownBy(() -> plan(file.toString()))
          .as(text)
          .isInstanceOf(ParameterException.class)
          .hasMessageStartingWith(file.toString());
    }
    assertThatThrownBy(() -> plan("calibarte"))
        .hasMessageStartingWith("there is no preset and no file 'calibarte'; presets: [idle, ");
  }

  @Test
  void whatIsNoAddressIsRefused() {
    assertThatThrownBy(() -> plan("--set=source-ip=127.0.0.1,localhost"))
        .isInstanceOf(ParameterException.class)
        .hasMessageStartingWith("--set source-ip: ")
        .hasMessageContaining("localhost");
  }

  @Test
  void whatIsNoNumberIsNamed() {
    for (String name : List.of("seed", "lanes", "server-pid")) {
      assertThatThrownBy(() -> plan("--set=" + name + "=many"))
          .isInstanceOf(ParameterException.class)
          .hasMessage("--set %1$s: %1$s: 'many' is no whole number, or is too large", name);
    }
  }

  private Path write(String text) throws IOException {
    return Files.writeString(dir.resolve("scenario.yaml"), text);
  }

  /** Blanks part options; a blank in one is written as {@code _}. */
  private static Plan plan(String options) {
    var shell =
        Shells.of(Map.of(), OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
    var command = new SimulateCommand(shell, UnaryOperator.identity());
    var args = new ArrayList<>(List.of("--report=none"));
    if (!options.contains("seed=") && !options.contains(".yaml")) {
      args.add("--set=seed=1");
    }
    Arrays.stream(options.split(" ", 0))
        .filter(option -> !option.isEmpty())
        .map(
            option ->
                option.contains("/") && !option.startsWith("-") ? option : option.replace('_', ' '))
        .forEach(args::add);
    var line = new CommandLine(command);
    CliCommand.convert(line);
    line.setDefaultValueProvider(
        arg ->
            arg instanceof OptionSpec option
                ? command.of(option).map(Defaults.Given::text).orElse(null)
                : null);
    line.parseArgs(args.toArray(String[]::new));
    return command.plan();
  }
}
