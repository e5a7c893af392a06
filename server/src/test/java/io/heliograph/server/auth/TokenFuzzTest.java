package io.heliograph.server.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import io.heliograph.server.RawAnswer;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Whatever is shown as a token, as a ticket or in a cookie lets nobody in but its own genuine
 * owner, and is never a fault of the server. Without JAZZER_FUZZ=1 only the inputs beside this
 * class are tried.
 *
 * <p>{@code @H}, {@code @R} and {@code @E} stand for genuine tokens (HS256, RS256, ES256), so that
 * a fuzzer can change what it could never sign; {@code @K} for the public key as PEM. A part
 * between {@code <} and {@code >} is encoded as base64url.
 */
class TokenFuzzTest {

  private static final Clock CLOCK = Clock.systemUTC();
  private static final Tokens.Rules RULES =
      new Tokens.Rules(Optional.empty(), Optional.empty(), Duration.ZERO);

  private static RSAKey rsa;
  private static ECKey ec;
  private static Tokens bySecret;
  private static Tokens byKeys;
  private static String ofSecret;
  private static String ofRsa;
  private static String ofEc;
  private static String pem;
  private static TestServer server;
  private static @Nullable Requester requester;
  private static final Tickets TICKETS = new LocalTickets(Duration.ofSeconds(30), CLOCK);

  @BeforeAll
  static void start() throws IOException, JOSEException {
    rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
    pem = pem(rsa.toRSAPublicKey().getEncoded());
    Path keys = Files.createTempFile("keys", ".pem");
    Files.writeString(keys, pem + pem(ec.toECPublicKey().getEncoded()));
    byKeys = new Tokens(Keys.keyFile(keys), RULES, CLOCK);
    Files.delete(keys);
    bySecret = new Tokens(Keys.secret(TestTokens.SECRET.getBytes(UTF_8)), RULES, CLOCK);
    Instant now = Instant.now();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .subject("alice")
            .claim("scope", "subscribe")
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(Duration.ofHours(1))))
            .build();
    ofSecret = TestTokens.sign(claims);
    ofRsa = TestTokens.sign(JWSAlgorithm.RS256, rsa, claims);
    ofEc = TestTokens.sign(JWSAlgorithm.ES256, ec, claims);
    server = TestServer.start(TestTokens.settings(Map.of("auth.cookie", "session")));
  }

  @AfterAll
  static void stop() throws IOException {
    if (requester != null) {
      requester.close();
    }
    server.close();
  }

  @FuzzTest(maxDuration = "10m")
  void nobodyIsLetInButByAGenuineToken(byte[] input) throws IOException {
    String text =
        encoded(
            new String(input, UTF_8)
                .replace("@H", ofSecret)
                .replace("@R", ofRsa)
                .replace("@E", ofEc)
                .replace("@K", pem));

    isRefused(bySecret, text, ofSecret);
    isRefused(byKeys, text, ofRsa, ofEc);
    opensNothing(text);
    overHttp(text);
  }

  private static void isRefused(Tokens tokens, String text, String... genuine) {
    try {
      Caller caller = tokens.verify(text);
      // The last character of a signature has bits that do not count: what is signed does.
      assertThat(genuine).anySatisfy(token -> assertThat(signed(text)).isEqualTo(signed(token)));
      assertThat(caller.user().value()).isEqualTo("alice");
      assertThat(caller.may(Scope.SUBSCRIBE)).isTrue();
      assertThat(caller.may(Scope.PUBLISH) || caller.may(Scope.OPERATE)).isFalse();
    } catch (TokenRefusedException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static String signed(String token) {
    return token.substring(0, Math.max(0, token.lastIndexOf('.')));
  }

  private static void opensNothing(String text) {
    try {
      throw new AssertionError("opened: " + TICKETS.open(text, true));
    } catch (TokenRefusedException e) {
      assertThat(e.getMessage()).isNotBlank();
    }
  }

  private static void overHttp(String text) throws IOException {
    boolean genuine = signed(text.strip()).equals(signed(ofSecret));
    // A route that a reader may not call: a genuine token gets a 403, and nobody a 200.
    String header = text.replaceAll("[\\r\\n]", " ");
    for (String credential :
        new String[] {
          "Authorization: Bearer " + header, "Authorization: " + header, "Cookie: session=" + header
        }) {
      RawAnswer answer = ask("/v1/stats", credential);
      assertThat(answer.status()).as(answer.body()).isIn(400, 401, 403);
      assertThat(answer.status() == 403 && !genuine && !header.contains(signed(ofSecret)))
          .as(answer.body())
          .isFalse();
    }
    RawAnswer answer = ask("/v1/events?ticket=" + percentEncoded(text), "Accept: */*");
    assertThat(answer.status()).as(answer.body()).isIn(400, 401);
  }

  private static RawAnswer ask(String target, String header) throws IOException {
    Requester open = requester;
    if (open == null) {
      open = new Requester(server.port());
      requester = open;
    }
    RawAnswer answer = open.ask(target, header);
    // Also where the head is taken for too long, and the rest of it would be the next request.
    if (answer.status() == 400 || "close".equals(answer.headers().get("connection"))) {
      open.close();
      requester = null;
    }
    assertThat(answer.complete()).isTrue();
    assertThat(answer.headers().get("content-type")).isEqualTo("application/problem+json");
    return answer;
  }

  private static String percentEncoded(String text) {
    var encoded = new StringBuilder();
    for (byte b : text.getBytes(UTF_8)) {
      encoded.append("%%%02X".formatted(b));
    }
    return encoded.substring(0, Math.min(encoded.length(), 3_000));
  }

  /** With what stands between angle brackets as base64url. */
  private static String encoded(String text) {
    int start = text.indexOf('<');
    int end = text.indexOf('>', start + 1);
    if (start < 0 || end < 0) {
      return text;
    }
    return text.substring(0, start)
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(text.substring(start + 1, end).getBytes(UTF_8))
        + encoded(text.substring(end + 1));
  }

  private static String pem(byte[] key) {
    return "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
        .formatted(Base64.getMimeEncoder().encodeToString(key));
  }

  /** One connection for many requests. */
  private static final class Requester implements AutoCloseable {
    private final Socket socket = new Socket();
    private final InputStream in;

    Requester(int port) throws IOException {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    RawAnswer ask(String target, String header) throws IOException {
      var request = new ByteArrayOutputStream();
      request.writeBytes(
          ("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n").getBytes(ISO_8859_1));
      request.writeBytes(header.getBytes(UTF_8));
      request.writeBytes("\r\n\r\n".getBytes(ISO_8859_1));
      socket.getOutputStream().write(request.toByteArray());
      return RawAnswer.read(in, false).orElseThrow(() -> new AssertionError("no answer"));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
