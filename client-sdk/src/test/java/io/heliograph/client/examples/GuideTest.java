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
  // The one block that cannot be compiled here says so.
  private static final String SPRING = "<!-- not compiled: Spring is no dependency -->\n```java\n";

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
    assertThat(guide.split("```java\n", -1)).as("blocks of Java").hasSize(count + 2);
    assertThat(guide).contains(SPRING);
  }

  /** The lines from {@code // begin NAME} to {@code // end}, moved to the left. */
  private static String region(String file, String name) throws IOException {
    var lines =
        Files.readAllLines(Path.of("src/test/java/io/heliograph/client/examples", file + ".java"));
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
