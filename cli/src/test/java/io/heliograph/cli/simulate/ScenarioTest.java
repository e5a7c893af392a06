package io.heliograph.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.Golden;
import io.heliograph.cli.load.meter.Violation;
import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
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
            apiVersion: sse-cli/v1
            name: friday
            seed: 7
            climb: users
            target:
              subscribe: http://127.0.0.1/s/{user}
              publish: http://127.0.0.1/p
              broadcast: http://127.0.0.1/b
              body: "{user}{envelope}"
              headers: ["A: b", "C: d"]
              publish_headers: ["E: f"]
            users: {count: 10000}
            connect: {ramp: 1m30s}
            publish:
              - {to: zipf, rate: 12k/m, arrivals: poisson, size: 4KiB}
              - {to: all, rate: 0.3/s}
            behaviour:
              churn: {rate: 5%/m, offline: 700ms}
              cohorts: {slow: {share: 5%, read: 512}, stalled: {share: 1%}}
            events:
              - {at: 2s, storm: {drop: 50%, how: close}}
              - {at: 1500ms, storm: {}}
              - {at: 3s, exec: echo 'a b'}
            phases: {warmup: 1ms, measure: 30s, drain: 1s}
            thresholds:
              - delivery.live.p99 < 250ms
              - {expr: misrouted == 0, abort: true}
              - {expr: delivery.live.p50 < 1s, abort: true, grace: 20s}
            without_thresholds: [corrupt, loss.silent]
            generator: {lanes: 3, max_lag: 1s}
            server_metrics: {pid: 1, scrape: "http://127.0.0.1:8080/metrics"}
            """);

    Plan read = plan(file.toString());

    assertThat(read)
        .usingRecursiveComparison()
        .ignoringFields("target.way")
        .isEqualTo(
            plan(
                "--set=name=friday --set=seed=7 --set=climb=users"
                    + " --subscribe-url=http://127.0.0.1/s/{user} --publish-url=http://127.0.0.1/p"
                    + " --set=broadcast-url=http://127.0.0.1/b --publish-body={user}{envelope}"
                    + " -H=A:_b -H=C:_d --set=publish-header=E:_f --users=10000 --set=ramp=1m30s"
                    + " --set=to=zipf --rate=12k/m --set=arrivals=poisson --set=size=4KiB"
                    + " --broadcast=0.3/s --set=churn=5%/m --set=offline=700ms --set=slow=5%"
                    + " --set=slow-read=512 --set=stalled=1% --storm=2s:50%:close --storm=1500ms"
                    + " --run=3s:echo_'a_b' --warmup=1ms --duration=30s --set=drain=1s"
                    + " --threshold=delivery.live.p99_<_250ms"
                    + " --set=abort-threshold=misrouted_==_0"
                    + " --set=abort-threshold=delivery.live.p50_<_1s_after_20s"
                    + " --set=no-default-threshold=corrupt --set=no-default-threshold=loss.silent"
                    + " --set=lanes=3 --set=max-lag=1s --set=server-pid=1"
                    + " --set=server-metrics=http://127.0.0.1:8080/metrics"));
  }

  @Test
  void theExampleOfTheGuideIsOne() throws IOException {
    String guide = Files.readString(Path.of("../docs/guides/load-testing.md"));
    int from = guide.indexOf("    apiVersion:");
    String example = guide.substring(from, guide.indexOf("\n\n", from)).stripIndent();

    Plan plan = plan(write(example + "\n").toString());

    assertThat(plan.users()).isEqualTo(10_000);
    assertThat(plan.load().arrivals()).isEqualTo(Plan.Arrivals.poisson);
    assertThat(plan.behaviour().storms()).hasSize(2);
    assertThat(plan.expected().aborts()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --server=https://push.example.org --users=201              | push.example.org
          --server=https://push.example.org --rate=50k/s             | push.example.org
          --server=https://push.example.org --broadcast=3/s          | push.example.org
          --server=https://push.example.org --set=climb=rate             | push.example.org
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
          --subscribe-url=http://h/{user} --publish-url=http://h:x/{user} ^ --publish-url: 'http://h:x/any' has a host or port
          --subscribe-url=http://h/{user} --rate=0/s --broadcast=1/s --set=broadcast-url=http:///b ^ broadcast-url: 'http:///b' names no host
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
    Path file = write("apiVersion: sse-cli/v1\nusers: {count: 300}\nphases: {measure: 3s}\n");

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
          "users: {cuont: 3}"                  | ":2: there is no key 'cuont' in users; allowed: count"
          "usres: {count: 3}"                  | ":2: there is no key 'usres' in a scenario; allowed: apiVersion,"
          "phases:\n  drain: 3 weeks"          | ":3: drain: '3 weeks' is not a duration"
          "users: {count: 3, count: 4}"        | ":2: the key 'count' is there twice"
          "users: 3"                           | ":2: users has keys: count"
          "publish: {rate: 3/s}"               | ":2: a list is needed here"
          "publish: [{rate: 3/s}]"             | ":2: publish needs the key 'to'"
          "publish: [{to: bob, rate: 3/s}]"    | ":2: to: bob; allowed: one-user, zipf, all"
          "events: [{at: 3s}]"                 | ":2: an event has either storm or exec"
          "events: [{at: 3s, storm: {how: x}}]" | ":2: storm: '3s:100%:x' is not a storm"
          "thresholds:\n- {expr: gaps == 0, grace: 3s}" | ":3: grace is for a threshold with abort: true"
          "users: {count: 3"                   | ":3: expected ',' or '}'"
          """)
  void whatIsWrongIsSaidWithItsLine(String yaml, String message) throws IOException {
    Path file = write("apiVersion: sse-cli/v1\n" + yaml.replace("\\n", "\n") + "\n");

    assertThatThrownBy(() -> plan(file.toString()))
        .isInstanceOf(ParameterException.class)
        .hasMessageStartingWith(file + message.strip());
  }

  @Test
  void aDocumentOfAnotherKindIsRefused() throws IOException {
    for (String text : List.of("users: {count: 3}\n", "apiVersion: sse-cli/v2\n", "", "[1]")) {
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
  void addressesAreCounted() {
    assertThat(Sources.parse("127.0.0.1-127.0.0.8")).hasSize(8);
    assertThat(Sources.parse("10.0.0.1, 10.0.1.255-10.0.2.1")).hasSize(4);
  }

  private Path write(String text) throws IOException {
    return Files.writeString(dir.resolve("scenario.yaml"), text);
  }

  /** Blanks part options; a blank in one is written as {@code _}. */
  private static Plan plan(String options) {
    var shell =
        new Shell(
            new Terminals(false, false, false),
            Map.of(),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    var command = new SimulateCommand(shell, new Unshown(), UnaryOperator.identity());
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
    line.setDefaultValueProvider(
        arg ->
            arg instanceof OptionSpec option
                ? command.of(option).map(Defaults.Given::text).orElse(null)
                : null);
    line.parseArgs(args.toArray(String[]::new));
    return command.plan();
  }

  /** Nothing is run here. */
  private static final class Unshown implements Results {
    @Override
    public List<String> text(Summary summary, Paint paint, @Nullable String page) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(Path directory, Summary summary, List<Violation> violations) {
      throw new UnsupportedOperationException();
    }
  }
}
