package io.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over TLS: real handshakes with certificates made here. */
@Order(1)
class TlsTest {

  private static final UserId ALICE = new UserId("alice");

  // The next heartbeat, after 15 s, would notice it as well.
  private static final Duration NOTICED = Duration.ofSeconds(8);

  @TempDir private Path directory;

  @Test
  void aStreamWorksAndItsEndIsNoticedInEveryWayOfLeaving() throws Exception {
    install("one");
    try (var server = start(Map.of())) {
      var alice = reader(server);
      server.heliograph().hub().publish(ALICE, Event.of("message", "hi"));
      assertThat(alice.nextEvent()).isEqualTo("data: hi");
      assertThat(connections(server)).isEqualTo(1);

      alice.close();
      await().atMost(NOTICED).until(() -> connections(server) == 0);

      Socket plain = connect(server);
      TestReader.open(secure(plain), "/sse/alice").awaitLive();
      plain.setSoLinger(true, 0);
      plain.close();
      await().atMost(NOTICED).until(() -> connections(server) == 0);
    }
  }

  @Test
  void whoIsRefusedWhileSendingGetsTheAnswerAndTheEndOfTheConnection() throws Exception {
    install("one");
    try (var server = start(Map.of());
        SSLSocket socket = secure(connect(server))) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17825792\r\n\r\n"
                  .getBytes(US_ASCII));
      String first = Character.toString(socket.getInputStream().read()); // The answer is there.
      byte[] piece = new byte[1 << 20];
      for (int sent = 0; sent < 17; sent++) {
        socket.getOutputStream().write(piece);
      }

      assertThat(first + new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 413 ")
          .endsWith("}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/sse/alice"})
  void aConnectionThatTheServerEndsIsClosedBelowTlsToo(String path) throws Exception {
    install("one");
    try (var server = start(Map.of("stream.max-age", "1s"));
        Socket plain = connect(server)) {
      plain.setSoTimeout(10_000);
      SSLSocket socket = secure(plain);
      String head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(US_ASCII));

      assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
      assertThat(plain.getInputStream().read()).isEqualTo(-1); // Though this side is still open.
    }
  }

  @Test
  void aPeerCannotAskForAnotherHandshakeOfTls12() throws Exception {
    install("one");
    try (var server = start(Map.of());
        var socket =
            (SSLSocket)
                TestCertificate.trustingContext()
                    .getSocketFactory()
                    .createSocket("localhost", server.port())) {
      socket.setSoTimeout(10_000);
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();

      assertThatThrownBy(
              () -> {
                socket.startHandshake();
                socket.getInputStream().read();
              })
          .isInstanceOf(SSLException.class);
    }
  }

  @Test
  void whoOffersHttp2IsGivenItAndItsLeavingIsNoticed() throws Exception {
    install("one");
    try (var server = start(Map.of())) {
      SSLSocket socket = secure(connect(server), "h2", "http/1.1");
      assertThat(socket.getApplicationProtocol()).isEqualTo("h2");
      try (var peer = Http2Peer.over(socket, Http2Peer.WINDOW)) {
        int alice = peer.get("/sse/alice");
        int bob = peer.get("/sse/bob");
        peer.until(alice, "stream.live");
        peer.until(bob, "stream.live");
        server.heliograph().hub().publish(ALICE, Event.of("message", "hi"));
        peer.until(alice, "data: hi\n\n");

        peer.reset(alice);
        await().atMost(NOTICED).until(() -> connections(server) == 1);
      }
      await().atMost(NOTICED).until(() -> connections(server) == 0);
    }
  }

  @Test
  void aReaderThatDoesNotReadIsCutAndHoldsUpNobody() throws Exception {
    install("one");
    try (var server =
            start(
                Map.of(
                    "stream.heartbeat", "1s",
                    "stream.write-timeout", "1s",
                    "stream.send-buffer", "4KiB"));
        var stuck = new Socket()) {
      stuck.setReceiveBufferSize(4096);
      stuck.connect(address(server));
      SSLSocket secure = secure(stuck);
      secure
          .getOutputStream()
          .write("GET /sse/alice HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
      await().until(() -> connections(server) == 1);
      var reading = reader(server);
      for (int i = 0; i < 12; i++) {
        server.heliograph().hub().publish(ALICE, Event.of("message", "x".repeat(60_000)));
      }

      // Cut by the timer, whose thread must not wait for the write that is stuck.
      await().atMost(Duration.ofSeconds(20)).until(() -> connections(server) == 1);
      assertThat(reading.nextEvents(12)).hasSize(12);
      reading.close();
      await().atMost(NOTICED).until(() -> connections(server) == 0);
    }
  }

  @Test
  void aNewCertificateIsShownAndOpenStreamsStay() throws Exception {
    install("one");
    try (var server = start(Map.of());
        var alice = reader(server)) {
      assertThat(shown(server)).isEqualTo("CN=one");

      install("two");
      await().atMost(Duration.ofSeconds(10)).until(() -> shown(server).equals("CN=two"));
      server.heliograph().hub().publish(ALICE, Event.of("message", "still"));
      assertThat(alice.nextEvent()).isEqualTo("data: still");

      // A bad one changes nothing; the good one after it does.
      Files.writeString(directory.resolve("cert.pem"), "garbage");
      await().pollDelay(Duration.ofMillis(2500)).until(() -> shown(server).equals("CN=two"));
      install("three");
      await().atMost(Duration.ofSeconds(10)).until(() -> shown(server).equals("CN=three"));
    }
  }

  @Test
  void filesThatDoNotBelongTogetherStopTheStart() throws Exception {
    install("one");
    String key = Files.readString(directory.resolve("key.pem"));
    install("two");
    Files.writeString(directory.resolve("key.pem"), key);

    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("does not match the first certificate");
    Files.delete(directory.resolve("cert.pem"));
    assertThatThrownBy(() -> start(Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("cert.pem");
  }

  @Test
  void aNewKeyThatDoesNotFitLeavesTheOldInUse() throws Exception {
    install("one");
    try (var server = start(Map.of())) {
      install("two");
      await().atMost(Duration.ofSeconds(10)).until(() -> shown(server).equals("CN=two"));
      String keyOfTwo = Files.readString(directory.resolve("key.pem"));

      Path certificate = directory.resolve("cert.pem");
      install("three");
      Files.writeString(directory.resolve("key.pem"), keyOfTwo);
      Files.writeString(certificate, Files.readString(certificate) + "\n");

      // Both are looked at within a second, and a handshake must work at any moment meanwhile.
      await()
          .during(Duration.ofMillis(2500))
          .atMost(Duration.ofSeconds(20))
          .until(() -> shown(server).matches("CN=t.*"));
      String shown = shown(server);
      Files.writeString(certificate, Files.readString(certificate) + "\n");
      await()
          .during(Duration.ofMillis(2500))
          .atMost(Duration.ofSeconds(20))
          .until(() -> shown(server).equals(shown));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 11, 60})
  void halfAHandshakeIsClosedInBoundedTime(int bytes) throws Exception {
    install("one");
    try (var server = start(Map.of("server.head-timeout", "1s"));
        var alice = reader(server);
        var half = connect(server)) {
      half.setSoTimeout(10_000);
      // The beginning of a ClientHello of 512 bytes (RFC 8446, section 5.1).
      byte[] hello = new byte[bytes];
      System.arraycopy(
          new byte[] {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3},
          0,
          hello,
          0,
          Math.min(bytes, 11));
      half.getOutputStream().write(hello);

      try {
        assertThat(half.getInputStream().readAllBytes()).hasSizeLessThan(100); // An alert at most.
      } catch (SocketTimeoutException e) {
        throw new AssertionError("still open after 10 s", e);
      } catch (IOException e) {
        // Reset: closed, too.
      }
      server.heliograph().hub().publish(ALICE, Event.of("message", "meanwhile"));
      assertThat(alice.nextEvent()).isEqualTo("data: meanwhile");
    }
  }

  @Test
  void whatIsNoTlsIsClosedAtOnceAndNeverAnsweredInTheClear() throws Exception {
    install("one");
    try (var server = start(Map.of());
        var plain = connect(server)) {
      plain.setSoTimeout(10_000);
      plain
          .getOutputStream()
          .write("GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
      String answer = "";
      try {
        answer = new String(plain.getInputStream().readAllBytes(), US_ASCII);
      } catch (SocketTimeoutException e) {
        throw new AssertionError("still open after 10 s", e);
      } catch (IOException e) {
        // Reset: closed, too.
      }
      assertThat(answer).doesNotContain("HTTP");
    }
  }

  private TestServer start(Map<String, String> more) {
    var settings = new LinkedHashMap<>(more);
    settings.put("server.port", "0");
    settings.put("server.tls.certificate", directory.resolve("cert.pem").toString());
    settings.put("server.tls.private-key", directory.resolve("key.pem").toString());
    var heliograph = Heliograph.start(Settings.of(settings));
    assertThat(heliograph.uri().getScheme()).isEqualTo("https");
    return TestServer.of(heliograph);
  }

  private TestReader reader(TestServer server) throws Exception {
    return TestReader.open(secure(connect(server)), "/sse/alice").awaitLive();
  }

  private static int connections(TestServer server) {
    return server.heliograph().hub().connections().count();
  }

  private static String shown(TestServer server) throws Exception {
    try (var socket = secure(connect(server))) {
      var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      return certificate.getSubjectX500Principal().getName();
    }
  }

  private static Socket connect(TestServer server) throws Exception {
    var socket = new Socket();
    socket.connect(address(server));
    return socket;
  }

  private static InetSocketAddress address(TestServer server) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());
  }

  private static SSLSocket secure(Socket socket, String... protocols) throws Exception {
    var secure =
        (SSLSocket)
            TestCertificate.trustingContext()
                .getSocketFactory()
                .createSocket(socket, "localhost", 0, true);
    SSLParameters parameters = secure.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    return secure;
  }

  private void install(String name) throws Exception {
    TestCertificate.write(directory, name);
  }
}
