package io.heliograph.client.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/guides/java.md quotes these sources, and nothing else. */
class GuideTest {
  private static final Pattern QUOTE =
      Pattern.compile("<!-- (\\S+)\\.java#(\\S+) -->\n```java\n(.*?)```\n", Pattern.DOTALL);
  private static final Path EXAMPLES = Path.of("src/test/java/io/heliograph/client/examples");
  private static final Path SPRING =
      Path.of("spring-boot-starter/src/test/java/io/heliograph/spring");

  @Test
  void theGuideQuotesWhatRuns() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "guides", "java.md"));
    var quotes = QUOTE.matcher(guide);
    int count = 0;
    while (quotes.find()) {
      count++;
      assertThat(quotes.group(3))
          .as(quotes.group(1) + "#" + quotes.group(2))
          .isEqualTo(region(quotes.group(1), quotes.group(2)));
    }
    assertThat(guide.split("```java\n", -1)).as("blocks of Java").hasSize(count + 1);
  }

  /** The lines from {@code // begin NAME} to {@code // end}, moved to the left. */
  private static String region(String file, String name) throws IOException {
    Path example = EXAMPLES.resolve(file + ".java");
    var lines =
        Files.readAllLines(Files.exists(example) ? example : SPRING.resolve(file + ".java"));
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
