package io.heliograph.client.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Java of these pages is quoted from sources that compile. */
class GuideTest {
  private static final Pattern QUOTE =
      Pattern.compile("<!-- (\\S+)\\.java#(\\S+) -->\n```java\n(.*?)```\n", Pattern.DOTALL);
  private static final List<Path> SOURCES =
      List.of(
          Path.of("src/test/java/io/heliograph/client/examples"),
          Path.of("spring-boot-starter/src/test/java/io/heliograph/spring"),
          Path.of("../server/src/test/java/io/heliograph/server"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "README.md",
        "docs/getting-started.md",
        "docs/guides/java.md",
        "docs/guides/state-and-stream.md"
      })
  void aPageQuotesWhatCompiles(String page) throws IOException {
    String text = Files.readString(Path.of("..").resolve(page));
    var quotes = QUOTE.matcher(text);
    int count = 0;
    while (quotes.find()) {
      count++;
      assertThat(quotes.group(3))
          .as(quotes.group(1) + "#" + quotes.group(2))
          .isEqualTo(region(quotes.group(1), quotes.group(2)));
    }
    assertThat(text.split("```java\n", -1)).as("blocks of Java").hasSize(count + 1);
    assertThat(count).isPositive();
  }

  /** The lines from {@code // begin NAME} to {@code // end}, moved to the left. */
  private static String region(String file, String name) throws IOException {
    Path source =
        SOURCES.stream()
            .map(directory -> directory.resolve(file + ".java"))
            .filter(Files::exists)
            .findFirst()
            .orElseThrow();
    var lines = Files.readAllLines(source);
    int begin = lines.stream().map(String::strip).toList().indexOf("// begin " + name);
    assertThat(begin).as(file + "#" + name).isNotNegative();
    int indent = lines.get(begin).indexOf('/');
    return lines.stream()
        .skip(begin + 1L)
        .takeWhile(line -> !line.strip().equals("// end"))
        .map(line -> line.isBlank() ? "" : line.substring(indent))
        .collect(Collectors.joining("\n"))
        .stripTrailing()
        .concat("\n");
  }
}
