package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways to a server: TLS, proxies, versions of HTTP. */
@Order(1)
final class NetworkIT {
  /** Nobody knows it: what is reached is the proxy, or nothing. */
  private static final String SERVER = "https://push.invalid";

  private static final String EVENT = "id: 7\ndata: hi\n\n";

  @TempDir private static Path dir;

  private static Certificate certificate;
  private static Heliograph server;
  private static URI uri;

  @BeforeAll
  static void startServer() {
    certificate = Certificate.make(dir, "server", "EC");
    server =
        Heliograph.start(
            Settings.of(
                Map.of(
                    "server.port",
                    "0",
                    "drain.window",
                    "0s",
                    "server.tls.certificate",
                    certificate.certificate().toString(),
                    "server.tls.private-key",
                    certificate.key().toString())));
    uri = URI.create("https://127.0.0.1:" + server.uri().getPort());
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void everyCommandTrustsTheAuthorityThatItIsGivenAndNoOther() {
    Path other = Certificate.make(dir, "other", "RSA").certificate();
    for (String command :
        List.of("pub ann hi", "sub ann --no-follow", "tail --for 2s", "doctor ann --quick")) {
      try (Sse trusted = run(command, "--cacert", certificate.certificate());
          Sse unknown = run(command);
          Sse wrong = run(command, "--cacert", other)) {
        assertThat(trusted.exit()).as(command).isZero();
        assertThat(unknown.exit()).as(command).isEqualTo(3);
        assertThat(wrong.exit()).as(command).isEqualTo(3);
      }
    }
  }

  @Test
  void whoIsNotTrustedIsToldHowToTrust() {
    try (Sse unknown = run("sub ann")) {
      assertThat(unknown.exit()).isEqualTo(3);
      assertThat(unknown.err()).contains("--cacert FILE");
    }
  }

  @Test
  void trustInAnybodyIsToldEachTimeInRed() {
    for (String command : List.of("pub ann hi", "tail --for 10ms", "doctor ann --quick")) {
      try (Sse insecure = runWith(Map.of("SSE_CLI_COLOR", "always"), command, "--insecure")) {
        assertThat(insecure.exit()).as(command).isZero();
        assertThat(insecure.err()).contains("! \033[31mINSECURE").contains("127.0.0.1");
      }
    }
  }

  @Test
  void theVersionOfHttpIsThatWhichWasAskedFor() {
    try (Sse two = run("doctor ann --quick --http2", "--cacert", certificate.certificate());
        Sse subscribe = run("sub ann --no-follow --http2", "--insecure")) {
      assertThat(two.exit()).isZero();
      assertThat(two.out()).anyMatch(line -> line.contains("status") && line.contains("h2"));
      assertThat(subscribe.exit()).isZero();
    }
    // Without TLS nothing says that the server speaks it; this one does.
    try (Heliograph plain = Heliograph.start(Settings.of(Map.of("server.port", "0")));
        Sse two = Sse.start("doctor", "ann", "--quick", "--http2", "--server", plain.uri());
        Sse publish = Sse.start("pub", "ann", "hi", "--http2", "--server", plain.uri())) {
      assertThat(two.exit()).isZero();
      assertThat(two.out()).anyMatch(line -> line.contains("status") && line.contains("h2"));
      assertThat(publish.exit()).isZero();
    }
  }

  @Test
  void aServerThatWantsACertificateGetsIt() throws Exception {
    Certificate client = Certificate.make(dir, "client", "RSA");
    HttpsServer demanding = demanding(certificate.demanding(client));
    try {
      String url = "https://127.0.0.1:" + demanding.getAddress().getPort() + "/events";
      String[] common = {
        "sub", "--url", url, "--cacert", certificate.certificate().toString(), "--max-reconnects=0"
      };
      try (Sse known =
              Sse.start(with(common, "--cert", client.certificate() + "," + client.key()));
          Sse unknown = Sse.start(with(common));
          Sse keyless = Sse.start(with(common, "--cert", client.certificate()));
          Sse mixed =
              Sse.start(with(common, "--cert", client.certificate() + "," + certificate.key()))) {
        assertThat(known.exit()).isZero(); // Its end, and no reconnect.
        assertThat(known.out()).singleElement().asString().endsWith("hi");
        assertThat(unknown.exit()).isEqualTo(3);
        assertThat(unknown.out()).isEmpty();
        assertThat(keyless.exit()).isEqualTo(2);
        assertThat(keyless.err()).contains("client.crt contains no usable key");
        assertThat(mixed.exit()).isEqualTo(2);
        assertThat(mixed.err()).contains("does not belong to the certificate");
      }
    } finally {
      demanding.stop(0);
    }
  }

  @Test
  void aProxyOfTheEnvironmentIsAsked() throws IOException {
    // It answers by itself; nobody else knows the name.
    try (var proxy = Answer.always(200, "text/event-stream", EVENT)) {
      String[] foreign = {"sub", "--url", "http://push.invalid/events", "--max-reconnects=0"};
      try (Sse inherited =
              Sse.start(Map.of("http_proxy", proxy.uri().toString()), (Object[]) foreign);
          Sse direct =
              Sse.start(
                  Map.of("http_proxy", proxy.uri().toString(), "no_proxy", "a.example,invalid"),
                  (Object[]) foreign);
          Sse wrong = Sse.start(Map.of("http_proxy", "ftp://u:secret@proxy"), (Object[]) foreign)) {
        assertThat(inherited.exit()).isZero();
        assertThat(inherited.out()).singleElement().asString().endsWith("hi");
        assertThat(direct.exit()).isEqualTo(3);
        assertThat(direct.out()).isEmpty();
        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.err())
            .contains("http://[user:password@]host:port")
            .doesNotContain("secret");
      }
    }
  }

  @Test
  void headersMayStandInAFile() throws IOException {
    Path file = Files.writeString(dir.resolve("headers"), "X-One: 1\n\nX-Two: secret\n");
    Path bad = Files.writeString(dir.resolve("bad"), "X-One: 1\nsecret\n");
    var seen = new CopyOnWriteArrayList<String>();
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          for (String name : List.of("X-One", "X-Two", "X-Three")) {
            seen.add(String.valueOf(exchange.getRequestHeaders().getFirst(name)));
          }
          exchange.sendResponseHeaders(403, -1);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      String[] publish = {"pub", "ann", "hi", "--server", url};
      try (Sse good = Sse.start(with(publish, "-H", "@" + file, "-H", "X-Three: 3"));
          Sse wrong = Sse.start(with(publish, "-H", "@" + bad));
          Sse missing = Sse.start(with(publish, "-H", "@" + dir.resolve("no")))) {
        assertThat(good.exit()).isEqualTo(4);
        assertThat(wrong.exit()).isEqualTo(2);
        assertThat(wrong.err())
            .contains(bad + ", line 2: that is not a header")
            .doesNotContain("secret");
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err()).contains("there is no file " + dir.resolve("no"));
      }
      assertThat(seen).containsExactly("1", "secret", "3");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aProxyThatIsNotThereIsNamedAndNoServerIsSuggested() throws IOException {
    String dead;
    try (var socket = new ServerSocket(0, 1, loopback())) {
      dead = "127.0.0.1:" + socket.getLocalPort();
    }
    for (String command : List.of("sub ann", "tail", "pub ann hi", "doctor ann")) {
      for (String scheme : List.of("http://u:secret@", "socks5://")) {
        try (Sse named =
            Sse.start(
                Map.of("https_proxy", scheme + dead),
                with(command.split(" "), "--server", SERVER))) {
          assertThat(named.exit()).as(command).isEqualTo(3);
          assertThat(flat(named)).as(command).doesNotContain("sse-cli serve", "secret");
          assertThat(flat(named))
              .as(command)
              .contains("the proxy " + scheme.replace("u:secret@", "") + dead + " (https_proxy)")
              .contains("See http_proxy, https_proxy, all_proxy, no_proxy.");
        }
      }
    }
    try (Sse inherited =
            Sse.start(Map.of("HTTPS_PROXY", dead), "pub", "ann", "hi", "--server", SERVER);
        Sse unknown =
            Sse.start(Map.of("all_proxy", "proxy.invalid"), "sub", "ann", "--server", SERVER)) {
      assertThat(inherited.exit()).isEqualTo(3);
      assertThat(inherited.err())
          .contains("go through the proxy http://" + dead + " (HTTPS_PROXY)");
      assertThat(unknown.exit()).isEqualTo(3);
      assertThat(unknown.err()).contains("go through the proxy http://proxy.invalid:1080");
    }
  }

  @Test
  void aProxyThatLetsNothingThroughIsNamedWithItsAnswer() throws Exception {
    try (var socket = new ServerSocket(0, 50, loopback())) {
      Thread.startVirtualThread(() -> answerAll(socket, "HTTP/1.1 502 No\r\n\r\n"));
      String at = "http://127.0.0.1:" + socket.getLocalPort();
      for (String command : List.of("sub ann", "pub ann hi", "doctor ann")) {
        try (Sse named =
            Sse.start(Map.of("https_proxy", at), with(command.split(" "), "--server", SERVER))) {
          assertThat(named.exit()).as(command).isEqualTo(3);
          assertThat(flat(named))
              .as(command)
              .contains("502", "go through the proxy " + at + " (https_proxy)");
        }
      }
    }
  }

  /** Until it is closed. */
  private static void answerAll(ServerSocket socket, String answer) {
    try {
      while (true) {
        try (Socket connection = socket.accept()) {
          connection.getInputStream().read(new byte[4096]);
          connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  /** All that it has said, without the line breaks of a narrow screen. */
  private static String flat(Sse sse) {
    return (String.join("\n", sse.out()) + sse.err()).replaceAll("\\s+", " ");
  }

  @Test
  void aProxyThatAsksWhoItIsIsTold() throws IOException {
    HttpServer proxy = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    proxy.createContext(
        "/",
        exchange -> {
          // u:pass
          boolean known =
              "Basic dTpwYXNz".equals(exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
          exchange.getResponseHeaders().set("Proxy-Authenticate", "Basic realm=\"x\"");
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(known ? 200 : 407, known ? EVENT.length() : -1);
          if (known) {
            exchange.getResponseBody().write(EVENT.getBytes(StandardCharsets.UTF_8));
          }
          exchange.close();
        });
    proxy.start();
    try {
      String at = "127.0.0.1:" + proxy.getAddress().getPort();
      String[] foreign = {"sub", "--url", "http://push.invalid/events", "--max-reconnects=0"};
      try (Sse known = Sse.start(Map.of("http_proxy", "http://u:pass@" + at), (Object[]) foreign);
          Sse unknown =
              Sse.start(Map.of("http_proxy", "http://u:wrong@" + at), (Object[]) foreign)) {
        assertThat(known.exit()).isZero();
        assertThat(known.out()).hasSize(1);
        assertThat(unknown.exit()).isEqualTo(5);
        assertThat(unknown.err())
            .contains("407", "go through the proxy http://" + at + " (http_proxy)");
      }
    } finally {
      proxy.stop(0);
    }
  }

  private static HttpsServer demanding(SSLContext context) throws IOException {
    HttpsServer https = HttpsServer.create(new InetSocketAddress(loopback(), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters tls = context.getDefaultSSLParameters();
            tls.setNeedClientAuth(true);
            parameters.setSSLParameters(tls);
          }
        });
    https.createContext(
        "/",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, EVENT.length());
          exchange.getResponseBody().write(EVENT.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
    https.start();
    return https;
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  private static Object[] with(String[] args, Object... more) {
    var all = new ArrayList<Object>(List.of(args));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static Sse run(String command, Object... more) {
    return runWith(Map.of(), command, more);
  }

  private static Sse runWith(Map<String, String> env, String command, Object... more) {
    var all = new ArrayList<Object>(Arrays.asList(command.split(" ")));
    all.addAll(List.of("--server", uri));
    all.addAll(List.of(more));
    return Sse.start(env, all.toArray());
  }
}
