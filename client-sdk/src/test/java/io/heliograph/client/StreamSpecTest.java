package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;

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
    assertThat(resolved("http://h/push", StreamSpec.user("a b%/ü:+@x")))
        .isEqualTo("http://h/push/v1/users/a%20b%25%2F%C3%BC%3A%2B%40x/events");
  }

  @Test
  void aReferenceIsResolved() {
    assertThat(resolved("http://h/a/b", StreamSpec.at("/sse/bob"))).isEqualTo("http://h/sse/bob");
    assertThat(resolved("http://h", StreamSpec.at("https://i/x"))).isEqualTo("https://i/x");
  }

  @Test
  void queryParametersAreAddedAndEscaped() {
    assertThat(resolved("http://h/e?q=1", StreamSpec.endpoint().query("types", "a,b.*&c")))
        .isEqualTo("http://h/e?q=1&types=a%2Cb.*%26c");
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
