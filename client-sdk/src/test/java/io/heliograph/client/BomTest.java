package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The BOM has no parent, so its versions and the project's address are written twice. */
class BomTest {
  @Test
  void theVersionsAreThoseOfTheBuild() throws Exception {
    String root = Files.readString(Path.of("..", "pom.xml"));
    String bom = Files.readString(Path.of("bom", "pom.xml"));

    assertThat(versionsOf("heliograph-[a-z-]+", bom))
        .isNotEmpty()
        .containsOnly(versionsOf("heliograph-parent", root).get(0));
    assertThat(versionsOf("okhttp-bom", bom))
        .isNotEmpty()
        .containsOnly(first("<okhttp.version>(.*?)</okhttp.version>", root));
  }

  @Test
  void theAddressIsThatOfTheBuild() throws Exception {
    String address =
        first("<home.url>(.*?)</home.url>", Files.readString(Path.of("..", "pom.xml")));
    String bom = Files.readString(Path.of("bom", "pom.xml"));

    assertThat(bom).contains("<connection>scm:git:" + address + ".git</connection>");
    assertThat(
            Pattern.compile("<url>(.*)</url>")
                .matcher(bom)
                .results()
                .map(result -> result.group(1))
                .filter(url -> !url.contains("apache.org")))
        .hasSize(3)
        .containsOnly(address);
  }

  private static List<String> versionsOf(String artifacts, String pom) {
    return Pattern.compile("<artifactId>(?:" + artifacts + ")</artifactId>\\s*<version>(.*?)<")
        .matcher(pom)
        .results()
        .map(result -> result.group(1))
        .toList();
  }

  private static String first(String pattern, String pom) {
    var matcher = Pattern.compile(pattern).matcher(pom);
    assertThat(matcher.find()).as(pattern).isTrue();
    return matcher.group(1);
  }
}
