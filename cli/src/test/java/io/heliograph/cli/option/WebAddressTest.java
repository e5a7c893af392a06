package io.heliograph.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebAddressTest {
  private static final String EXAMPLE = "http://127.0.0.1:8080";

  @ParameterizedTest
  @CsvSource({
    "http://h/x?f=a|b,            http://h/x?f=a%7Cb",
    "http://h/{id}/x,             http://h/%7Bid%7D/x",
    "http://h/a b?c=d e,          http://h/a%20b?c=d%20e",
    "http://h/?p=100%,            http://h/?p=100%25",
    "http://h/?p=100%&q=%41,      http://h/?p=100%25&q=%41",
    "http://h/?a[]=1,             http://h/?a[]=1",
    "http://my_service:8080,      http://my_service:8080",
    "HTTPS://my_service:443/x,    https://my_service/x",
    "http://[::1]:8080/x,         http://[::1]:8080/x"
  })
  void whatPeopleWriteIsAUrl(String text, String expected) {
    URI uri = WebAddress.parse(text, EXAMPLE);

    assertThat(uri.toString()).isEqualTo(expected);
    assertThat(WebAddress.host(uri)).isEqualTo(HttpUrl.get(expected).host());
    assertThat(WebAddress.port(uri)).isEqualTo(HttpUrl.get(expected).port());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080,            has no scheme",
    "example.org/events,        has no scheme",
    "ftp://h/x,                 is not an http or https URL",
    "http://,                    has no valid host or port",
    "http://a b/x,              has no valid host or port",
    "http://h:80a/x,            has no valid host or port",
    "http://h:99999/x,          has no valid host or port",
    "http://u:S3CRET@h/x,       cannot contain a user and password",
    "htp://h/x?token=S3CRET,    token=****",
  })
  void whatIsNoneIsToldWithItsReasonAndWithoutSecrets(String text, String reason) {
    assertThatThrownBy(() -> WebAddress.parse(text, EXAMPLE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("S3CRET");
  }

  @Test
  void aControlCharacterIsInNoUrl() {
    assertThatThrownBy(() -> WebAddress.parse("http://h/a\u001b[2J", EXAMPLE))
        .hasMessageContaining("control character")
        .message()
        .doesNotContain("\u001b");
  }
}
