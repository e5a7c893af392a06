package io.heliograph.server.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressesTest {

  private static final ClientAddresses BEHIND_PROXIES =
      new ClientAddresses(List.of("10.0.0.0/8", "192.0.2.128/25", "::1", "fd00::/8"));

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        // peer; X-Forwarded-For; client
        "203.0.113.9;  1.2.3.4;                    203.0.113.9", // Anybody can write the header.
        "10.1.2.3;     1.2.3.4;                    1.2.3.4",
        "10.1.2.3;     9.9.9.9, 1.2.3.4;           1.2.3.4", // The left part is the client's own.
        "10.1.2.3;     1.2.3.4, 10.9.9.9;          1.2.3.4", // Through two proxies.
        "10.1.2.3;     10.9.9.9;                   10.9.9.9", // All trusted: the leftmost.
        "10.1.2.3;     1.2.3.4:5678;               1.2.3.4",
        "10.1.2.3;     [2001:db8::7]:5678;         2001:db8:0:0:0:0:0:7",
        "10.1.2.3;     2001:db8::7;                2001:db8:0:0:0:0:0:7",
        "10.1.2.3;     1.2.3.4, unknown;           10.1.2.3",
        "10.1.2.3;     1.2.3.4, evil.example;      10.1.2.3",
        "10.1.2.3;     '';                         10.1.2.3",
        "192.0.2.129;  1.2.3.4;                    1.2.3.4",
        "192.0.2.127;  1.2.3.4;                    192.0.2.127", // One bit outside.
        "::1;          1.2.3.4;                    1.2.3.4",
        "0:0:0:0:0:0:0:1; 1.2.3.4;                 1.2.3.4",
        "fd12::1;      1.2.3.4;                    1.2.3.4",
        "fe80::1%eth0; 1.2.3.4;                    fe80::1%eth0",
        "::ffff:10.1.2.3; 1.2.3.4;                 1.2.3.4",
      })
  void theClientIsTheLastWhomATrustedProxyNames(String peer, String forwarded, String client) {
    assertThat(BEHIND_PROXIES.clientOf(peer, List.of(forwarded))).isEqualTo(client);
  }

  @Test
  void headersThatComeSeveralTimesAreOneList() {
    assertThat(BEHIND_PROXIES.clientOf("10.0.0.1", List.of("9.9.9.9", "1.2.3.4", "10.0.0.2")))
        .isEqualTo("1.2.3.4");
  }

  @Test
  void withoutTrustedProxiesThePeerIsTheClient() {
    assertThat(new ClientAddresses(List.of()).clientOf("127.0.0.1", List.of("1.2.3.4")))
        .isEqualTo("127.0.0.1");
  }

  @Test
  void theAddressesThatOneIpv6ClientMayChooseCountAsOne() {
    assertThat(ClientAddresses.group("2001:db8:1:2:3:4:5:6"))
        .isEqualTo(ClientAddresses.group("2001:db8:1:2:ffff::1"))
        .isNotEqualTo(ClientAddresses.group("2001:db8:1:3::1"));
    assertThat(ClientAddresses.group("1.2.3.4")).isNotEqualTo(ClientAddresses.group("1.2.3.5"));
  }
}
