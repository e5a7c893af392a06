package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page of the documentation can be reached, and its links lead somewhere. */
class DocsTest {

  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Path DECISIONS = PROJECT.resolve("docs/decisions");
  private static final Path GUIDES = PROJECT.resolve("docs/guides");

  private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$|`[^`\n]*`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s#]*)(?:#([^)\\s]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

  @Test
  void theIndexOfDecisionsIsComplete() throws IOException {
    List<String> listed =
        links(DECISIONS.resolve("README.md")).map(link -> link.group(1)).sorted().toList();

    assertThat(listed)
        .as("docs/decisions/README.md must list every decision once")
        .containsExactlyElementsOf(decisions());
    assertThat(decisions().stream().map(name -> name.substring(0, 4))).doesNotHaveDuplicates();
  }

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    var broken = new ArrayList<String>();
    int seen = 0;
    for (Path page : pages()) {
      for (MatchResult link : links(page).toList()) {
        if (link.group(1).contains("://")) {
          continue;
        }
        seen++;
        Path target =
            link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1)).normalize();
        if (!Files.exists(target)
            || (link.group(2) != null && !anchors(target).contains(link.group(2)))) {
          broken.add(PROJECT.relativize(page) + ": " + link.group());
        }
      }
    }

    assertThat(broken).isEmpty();
    assertThat(seen).isGreaterThan(100); // The pattern finds what it is made for.
  }

  @Test
  void theModelOfSizingComesToWhatItsPageSays() throws Exception {
    Sizing model = Sizing.of();

    assertThat(model.exit()).isZero();
    assertThat(model.said()).contains("Redis primaries");
    assertThat(Files.readString(GUIDES.resolve("sizing.md"))).contains(model.said().indent(4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "users=abc",
        "users=",
        "users=-5",
        "users=0",
        "users=0x10",
        "users=1.5.2",
        "users=1e999",
        "heartbeat=0",
        "events=-1",
        "busy=1.5"
      })
  void theModelOfSizingRefusesWhatIsNoNumber(String argument) throws Exception {
    Sizing model = Sizing.of(argument);

    String[] words = argument.split("=", -1);
    assertThat(model.exit()).isEqualTo(2);
    assertThat(model.said())
        .matches("sizing\\.sh: %s must be a number .*, not \"%s\"\n".formatted(words[0], words[1]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"users=1e5", "broadcasts=0.1", "kept=0", "events=0", "busy=1"})
  void theModelOfSizingTakesNumbers(String argument) throws Exception {
    Sizing model = Sizing.of(argument);

    assertThat(model.exit()).isZero();
    assertThat(model.said()).contains("Redis primaries").doesNotContain("nan", "inf", "-");
  }

  private record Sizing(int exit, String said) {
    static Sizing of(String... arguments) throws Exception {
      var command = new ArrayList<String>(List.of("sh", "sizing.sh"));
      command.addAll(List.of(arguments));
      Process model =
          new ProcessBuilder(command).directory(GUIDES.toFile()).redirectErrorStream(true).start();
      String said = new String(model.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Sizing(model.waitFor(), said);
    }
  }

  @Test
  void theIndexLeadsToEveryPage() throws IOException {
    Set<Path> reached = new LinkedHashSet<>();
    var ahead = new ArrayDeque<Path>(List.of(PROJECT.resolve("docs/README.md")));
    while (!ahead.isEmpty()) {
      Path page = ahead.remove();
      if (page.toString().endsWith(".md") && Files.exists(page) && reached.add(page)) {
        links(page)
            .map(link -> link.group(1))
            .filter(target -> !target.isEmpty() && !target.contains("://"))
            .forEach(target -> ahead.add(page.resolveSibling(target).normalize()));
      }
    }

    assertThat(reached).containsAll(pages());
  }

  private static List<String> decisions() throws IOException {
    try (Stream<Path> files = Files.list(DECISIONS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("\\d{4}-.*\\.md"))
          .sorted()
          .toList();
    }
  }

  private static List<Path> pages() throws IOException {
    try (Stream<Path> files = Files.walk(PROJECT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(PROJECT.resolve("README.md"), PROJECT.resolve("CHANGELOG.md")),
              files.filter(file -> file.toString().endsWith(".md")))
          .toList();
    }
  }

  private static Stream<MatchResult> links(Path page) throws IOException {
    return LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll("`")).results();
  }

  /** As GitHub makes them: lower case, without punctuation, a hyphen for each blank. */
  private static List<String> anchors(Path page) throws IOException {
    return HEADING
        .matcher(Files.readString(page))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(text -> text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
        .toList();
  }
}
