package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/attack-list.md can be followed: what it names is there. */
class SecurityListTest {

  private static final Path PROJECT = Path.of("..");
  private static final Path LIST = PROJECT.resolve("docs/attack-list.md");

  // `SomeTest`, `SomeTest.aMethod` or `SomeTest.aMethodThatBeginsSo…`; the same for an IT.
  private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+)(…?))?`");

  @Test
  void everyTestThatIsNamedExists() throws IOException {
    Map<String, String> sources = sources();
    var missing = new ArrayList<String>();
    int named = 0;
    Matcher matcher = NAMED.matcher(Files.readString(LIST));
    while (matcher.find()) {
      named++;
      String source = sources.getOrDefault(matcher.group(1), "");
      String method = matcher.group(2);
      boolean found =
          method == null
              ? !source.isEmpty()
              : Pattern.compile(
                      "void " + method + (matcher.group(3).isEmpty() ? "" : "\\w*") + "\\(")
                  .matcher(source)
                  .find();
      if (!found) {
        missing.add(matcher.group());
      }
    }

    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(80); // The pattern finds what it is made for.
  }

  @Test
  void everyLineNamesATestOrSaysThatThereIsNone() throws IOException {
    var without = new ArrayList<String>();
    for (String line : Files.readAllLines(LIST)) {
      boolean row = line.startsWith("| ") && !line.startsWith("| tried |");
      if (row && !NAMED.matcher(line).find() && !line.endsWith("| the same |")) {
        without.add(line.substring(2, line.indexOf(" |", 2)));
      }
    }

    assertThat(without).containsExactly("target");
  }

  private static Map<String, String> sources() throws IOException {
    var sources = new TreeMap<String, String>();
    for (String module : List.of("client-sdk", "server", "cli")) {
      try (Stream<Path> files = Files.walk(PROJECT.resolve(module).resolve("src/test/java"))) {
        for (Path file : files.filter(SecurityListTest::isTest).toList()) {
          String name = file.getFileName().toString().replace(".java", "");
          sources.merge(name, Files.readString(file), String::concat);
        }
      }
    }
    return sources;
  }

  private static boolean isTest(Path file) {
    return file.toString().endsWith("Test.java") || file.toString().endsWith("IT.java");
  }
}
