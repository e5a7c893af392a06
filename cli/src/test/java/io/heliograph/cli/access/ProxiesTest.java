package io.heliograph.cli.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Proxy;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxiesTest {
  private static final Map<String, String> BOTH =
      Map.of(
          "http_proxy", "http://plain:3128",
          "HTTPS_PROXY", "secure:3129",
          "no_proxy", ".corp.example, 10.0.0.7,here.example:8080");

  @Test
  void eachSchemeHasItsProxy() {
    assertThat(ofEnvironment(BOTH, "http://a.example/x"))
        .isEqualTo("HTTP @ plain/<unresolved>:3128");
    assertThat(ofEnvironment(BOTH, "https://a.example/x"))
        .isEqualTo("HTTP @ secure/<unresolved>:3129");
    assertThat(ofEnvironment(Map.of("all_proxy", "socks5://s"), "https://a.example"))
        .isEqualTo("SOCKS @ s/<unresolved>:1080");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://push.corp.example/",
        "http://corp.example/",
        "http://10.0.0.7:99/",
        "http://here.example:8080/",
        "http://localhost:8080/",
        "http://127.0.0.1/",
        "https://[::1]:1/"
      })
  void whatIsExceptedIsAskedDirectly(String uri) {
    assertThat(ofEnvironment(BOTH, uri)).isEqualTo(Proxy.NO_PROXY.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://xcorp.example/", "http://here.example/", "http://110.0.0.7/"})
  void whatOnlyLooksAlikeIsNotExcepted(String uri) {
    assertThat(ofEnvironment(BOTH, uri)).contains("plain");
  }

  @Test
  void aServersOwnVariableForAHeaderIsNoProxy() {
    assertThat(Proxies.ofEnvironment(Map.of("HTTP_PROXY", "http://evil")::get)).isEmpty();
  }

  @Test
  void whatIsNoProxyIsRefusedByTheNameOfItsVariable() {
    assertThatThrownBy(() -> Proxies.ofEnvironment(Map.of("http_proxy", "ftp://u:pw@x")::get))
        .hasMessageStartingWith("http_proxy: required: http://")
        .hasMessageNotContaining("pw");
    assertThatThrownBy(() -> Proxies.ofEnvironment(Map.of("http_proxy", "http://x:65536")::get))
        .hasMessageStartingWith("http_proxy: required: http://");
  }

  private static String ofEnvironment(Map<String, String> variables, String uri) {
    return Proxies.ofEnvironment(variables::get)
        .orElseThrow()
        .select(URI.create(uri))
        .getFirst()
        .toString();
  }
}
