package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamSpecTest {
  @Test
  void anEndpointIsTakenAsItIs() {
    assertThat(resolved("http://h/sse/alice?x=1", StreamSpec.endpoint()))
        .isEqualTo("http://h/sse/alice?x=1");
  }

  @Test
  void aUsersStreamLiesBelowTheBase() {
    assertThat(resolved("http://h:1", StreamSpec.user("alice")))
        .isEqualTo("http://h:1/v1/users/alice/events");
    assertThat(resolved("http://h/push", StreamSpec.user("a b%ü:+@x")))
        .isEqualTo("http://h/push/v1/users/a%20b%25%C3%BC%3A%2B%40x/events");
  }

  @Test
  void aReferenceIsResolved() {
    assertThat(resolved("http://h/a/b", StreamSpec.at("/sse/bob"))).isEqualTo("http://h/sse/bob");
    assertThat(resolved("http://h", StreamSpec.at("https://i/x"))).isEqualTo("https://i/x");
  }

  /** The examples of RFC 3986, section 5.4, but for those of other schemes. */
  @ParameterizedTest
  @CsvSource({
    "g, http://a/b/c/g",
    "./g, http://a/b/c/g",
    "g/, http://a/b/c/g/",
    "/g, http://a/g",
    "//g, http://g/",
    "?y, http://a/b/c/d;p?y",
    "g?y, http://a/b/c/g?y",
    "#s, http://a/b/c/d;p?q",
    ";x, http://a/b/c/;x",
    "g;x?y#s, http://a/b/c/g;x?y",
    ".., http://a/b/",
    "../g, http://a/b/g",
    "../../../g, http://a/g",
    "/./g, http://a/g",
    "g;x=1/../y, http://a/b/c/y",
  })
  void aReferenceIsResolvedAsTheStandardHasIt(String reference, String expected) {
    assertThat(resolved("http://a/b/c/d;p?q", StreamSpec.at(reference))).isEqualTo(expected);
  }

  @Test
  void whatLeadsToNoUrlOfHttpIsRefused() {
    assertThatThrownBy(() -> resolved("http://h", StreamSpec.at("ftp://h/x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no http or https URL");
  }

  @Test
  void aBaseWithAQueryIsRefusedRatherThanLosingIt() {
    assertThatThrownBy(() -> resolved("http://h/push?tenant=1", StreamSpec.user("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither a query nor a fragment");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "\ud800"})
  void aUserWhoseIdWouldLeadElsewhereIsRefused(String user) {
    assertThatThrownBy(() -> StreamSpec.user(user))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the user id ");
  }

  @Test
  void queryParametersAreAddedAndEscaped() {
    assertThat(resolved("http://h/e?q=1", StreamSpec.endpoint().query("types", "a,b.*&c")))
        .isEqualTo("http://h/e?q=1&types=a%2Cb.*%26c");
    assertThat(resolved("http://h/e", StreamSpec.at("/x?y#z").query("q", "1")))
        .isEqualTo("http://h/x?y&q=1");
    assertThat(resolved("http://h/", StreamSpec.user("a").query("from", "oldest").query("x", "")))
        .isEqualTo("http://h/v1/users/a/events?from=oldest&x=");
  }

  @Test
  void anIdCannotForgeHeaders() {
    assertThatThrownBy(() -> StreamSpec.endpoint().lastEventId("1\r\nX: y"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static String resolved(String endpoint, StreamSpec spec) {
    return spec.resolve(URI.create(endpoint)).toString();
  }
}
