package io.heliograph.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.Event;
import io.heliograph.client.EventStream;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.server.TestCertificate;
import io.heliograph.server.TestServer;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import okhttp3.Protocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds behind any proxy that is set up as docs/guides/reverse-proxy.md shows. Each proxy has
 * a subclass, with what goes wrong where one of its settings is left out.
 */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ProxyContract {

  // The next heartbeat comes after 59 s.
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  // The kernel waits for 200 ms for more bytes where haproxy says that more will come.
  static final Duration HELD_BACK = Duration.ofMillis(150);

  private static final String IDLE_LIMIT = "3s";
  private static final Map<String, String> HEARTBEAT_WITHIN = Map.of("stream.heartbeat", "1s");
  private static final Map<String, String> HEARTBEAT_BEYOND = Map.of("stream.heartbeat", "59s");

  // The proxy's own address is 127.0.0.1, which is trusted.
  private static final String READER_ADDRESS = "127.0.0.2";
  static final String LIE = "203.0.113.66";

  private final Proxy.Program program;
  private final List<AutoCloseable> open = new ArrayList<>();

  // Of the class, and emptied by JUnit after it.
  private Path directory;

  ProxyContract(Proxy.Program program) {
    this.program = program;
  }

  /** The configuration with this as the limit for silence. */
  abstract String withIdleLimit(String guide, String limit);

  /** The configuration with compression of event streams switched on. */
  abstract String withCompression(String guide);

  @BeforeAll
  void prepare(@TempDir Path ofTheClass) throws Exception {
    program.assumeInstalled();
    directory = ofTheClass;
    TestCertificate.write(directory, "localhost");
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    open.clear();
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void eventsArriveOneByOneAndAtOnce(HttpClient.Version version) throws Exception {
    var server = server(Map.of());
    var proxy = proxy(guide(), server);
    var reader = reader(client(version), proxy);

    assertThat(reader.response().version()).isEqualTo(version);
    assertThat(medianDelay(server, reader)).isLessThan(HELD_BACK);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void theyDoWhereTheProxyCompresses(HttpClient.Version version) throws Exception {
    var server = server(Map.of());
    var proxy = proxy(withCompression(guide()), server);
    var reader = reader(client(version), proxy, "Accept-Encoding", "gzip");

    assertThat(medianDelay(server, reader)).isLessThan(HELD_BACK);
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aReaderThatLeavesIsForgottenAtOnceAndItsNeighbourStays(HttpClient.Version version)
      throws Exception {
    var server = server(HEARTBEAT_BEYOND);
    var proxy = proxy(guide(), server);
    var client = client(version);
    var stays = reader(client, proxy);
    var leaves = reader(client, proxy);
    assertThat(stays.response().connectionLabel().equals(leaves.response().connectionLabel()))
        .isEqualTo(version == HttpClient.Version.HTTP_2);
    assertThat(connections(server)).isEqualTo(2);

    leaves.close();

    awaitConnections(server, 1);
    server.publish("alice", "still there?");
    assertThat(stays.nextEvent()).isEqualTo("data: still there?");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void aReaderThatComesBackGetsAllThatItMissedOnce(HttpClient.Version version) throws Exception {
    var server = server(Map.of());
    var proxy = proxy(guide(), server);
    var client = client(version);
    var first = reader(client, proxy);
    server.publish("alice", "seen");
    assertThat(first.nextEvent()).isEqualTo("data: seen");
    first.close();
    awaitConnections(server, 0);
    // More than any proxy's buffer.
    String filling = "x".repeat(2_000);
    for (int i = 0; i < 100; i++) {
      server.publish("alice", i + filling);
    }

    var second = open(client, proxy, "Last-Event-ID", first.lastEventId());

    assertThat(second.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
    for (int i = 0; i < 100; i++) {
      assertThat(second.nextEvent()).isEqualTo("data: " + i + filling);
    }
    assertThat(second.nextControl("stream.live")).isEqualTo("{\"replayed\":100}");
    server.publish("alice", "new");
    assertThat(second.nextEvent()).isEqualTo("data: new");
  }

  @Test
  void heartbeatsKeepAStreamOpenPastTheProxysIdleLimit() throws Exception {
    var server = server(HEARTBEAT_WITHIN);
    var proxy = proxy(withIdleLimit(guide(), IDLE_LIMIT), server);
    var one = reader(client(HttpClient.Version.HTTP_1_1), proxy);
    var two = reader(client(HttpClient.Version.HTTP_2), proxy);

    for (int i = 0; i < 4; i++) {
      assertThat(one.nextBlock()).isEqualTo(":");
      assertThat(two.nextBlock()).isEqualTo(":");
    }

    server.publish("alice", "still here");
    assertThat(one.nextEvent()).isEqualTo("data: still here");
    assertThat(two.nextEvent()).isEqualTo("data: still here");
  }

  @Test
  void withoutThemTheProxyCutsTheStreamAndBothSidesNotice() throws Exception {
    var server = server(HEARTBEAT_BEYOND);
    var proxy = proxy(withIdleLimit(guide(), IDLE_LIMIT), server);
    var one = reader(client(HttpClient.Version.HTTP_1_1), proxy);
    var two = reader(client(HttpClient.Version.HTTP_2), proxy);

    assertThat(one.awaitEnd()).isEmpty();
    assertThat(two.awaitEnd()).isEmpty();
    awaitConnections(server, 0);
  }

  @Test
  void aRefusalArrivesInTheFormThatItsReaderUnderstands() throws Exception {
    var server = server(Map.of("limits.connections-per-user", "1"));
    var proxy = proxy(guide(), server);
    var client = client(HttpClient.Version.HTTP_2);
    var first = reader(client, proxy);

    var refused = open(client, proxy);
    assertThat(refused.response().statusCode()).isEqualTo(200);
    assertThat(refused.response().headers().firstValue("Content-Type"))
        .contains("text/event-stream");
    assertThat(refused.nextControl("stream.closing"))
        .isEqualTo("{\"reason\":\"too-many-connections\",\"reconnect\":true}");
    assertThat(refused.awaitEnd()).isEmpty();

    var other = send(client, HttpRequest.newBuilder(uri(proxy, "/sse/alice")));
    assertThat(other.statusCode()).isEqualTo(503);
    assertThat(other.headers().firstValue("Retry-After")).isPresent();
    assertThat(other.body()).contains("urn:heliograph:problem:too-many-connections");
    server.publish("alice", "who is in stays in");
    assertThat(first.nextEvent()).isEqualTo("data: who is in stays in");
  }

  @Test
  void theReadersAddressIsKnownWhateverItSaysItself() throws Exception {
    assertThat(addressOfAReaderThatLies(guide())).isEqualTo(READER_ADDRESS);
  }

  /** What the server takes for the address of a reader that says that it is another. */
  final String addressOfAReaderThatLies(String configuration) throws Exception {
    Assumptions.assumeTrue(
        System.getProperty("os.name").equals("Linux"), "needs a second loopback address");
    var server = server(Map.of("server.trusted-proxies", "127.0.0.1"));
    var proxy = proxy(configuration, server);
    var client =
        closed(
            HttpClient.newBuilder()
                .sslContext(TestCertificate.trustingContext())
                .localAddress(InetAddress.getByName(READER_ADDRESS))
                .build());
    open(client, proxy, "X-Forwarded-For", LIE).awaitLive();
    return server.get("/v1/users/alice").body().replaceAll(".*\"remote\":\"([^\"]*)\".*", "$1");
  }

  @Test
  void aPageOfTheProxysOriginMayPublishAndAnothersMayNot() throws Exception {
    var server = server(Map.of());
    var proxy = proxy(guide(), server);
    var client = client(HttpClient.Version.HTTP_2);

    assertThat(publishFrom("https://localhost:" + proxy.port(), client, proxy).statusCode())
        .isEqualTo(202);
    var foreign = publishFrom("https://evil.example", client, proxy);
    assertThat(foreign.statusCode()).isEqualTo(403);
    assertThat(foreign.body()).contains("origin-not-allowed");
  }

  @Test
  void afterARestartOfTheServerAReaderIsToldOfTheGap() throws Exception {
    int port = Proxy.freePort();
    var server = restartable(port);
    var proxy = proxy(guide(), server);
    var client = client(HttpClient.Version.HTTP_2);
    var before = reader(client, proxy);
    server.publish("alice", "before");
    assertThat(before.nextEvent()).isEqualTo("data: before");

    server.close();
    assertThat(before.nextControl("stream.closing")).contains("\"reason\":\"drain\"");
    assertThat(before.awaitEnd()).isEmpty();
    server = restartable(port);

    var after = open(client, proxy, "Last-Event-ID", before.lastEventId());
    assertThat(after.nextControl("stream.gap")).contains("\"reason\":\"epoch\"");
    after.awaitLive();
    server.publish("alice", "after");
    assertThat(after.nextEvent()).isEqualTo("data: after");
  }

  @Test
  void whileTheServerIsAwayAnEventSourceIsAskedToComeAgainAndAPublisherSeesTheFailure()
      throws Exception {
    int port = Proxy.freePort();
    var server = restartable(port);
    var proxy = proxy(guide(), server);
    var client = client(HttpClient.Version.HTTP_2);
    var before = reader(client, proxy);
    server.close();
    before.awaitEnd();

    var streaming =
        sendAsync(
            client,
            HttpRequest.newBuilder(uri(proxy, "/sse/alice")).header("Accept", "text/event-stream"));
    var published = publishFrom("https://localhost:" + proxy.port(), client, proxy);
    var stream = streaming.get();

    assertThat(stream.statusCode()).isEqualTo(200);
    assertThat(stream.headers().firstValue("Content-Type")).contains("text/event-stream");
    assertThat(stream.body()).doesNotContain("data").doesNotContain("event").doesNotContain("id");
    assertThat(published.statusCode()).isBetween(502, 504);
    server = restartable(port);
    var after = reader(client, proxy);
    server.publish("alice", "back");
    assertThat(after.nextEvent()).isEqualTo("data: back");
  }

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void theClientSdkFollowsThroughARestart(HttpClient.Version version) throws Exception {
    int port = Proxy.freePort();
    var server = restartable(port);
    var proxy = proxy(guide(), server);
    var protocol =
        version == HttpClient.Version.HTTP_2
            ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1)
            : List.of(Protocol.HTTP_1_1);
    var trusting = TestCertificate.trustingContext();
    var client =
        closed(
            SseClient.builder(uri(proxy, "/sse/alice"))
                .okHttp(
                    http ->
                        http.protocols(protocol)
                            .sslSocketFactory(
                                trusting.getSocketFactory(), new TestCertificate.TrustsAll())
                            .hostnameVerifier((_, _) -> true))
                .build());
    EventStream stream = closed(client.open());
    var signals = stream.signals().iterator();
    awaitSignal(signals, Signal.Live.class);
    server.publish("alice", "before");
    assertThat(awaitSignal(signals, Signal.Message.class).event())
        .extracting(Event::data)
        .isEqualTo("before");

    server.close();
    server = restartable(port);

    assertThat(awaitSignal(signals, Signal.Gap.class).reason()).isEqualTo("epoch");
    awaitSignal(signals, Signal.Live.class);
    server.publish("alice", "after");
    assertThat(awaitSignal(signals, Signal.Message.class).event())
        .extracting(Event::data)
        .isEqualTo("after");
    stream.close();
    awaitConnections(server, 0);
  }

  private static <S extends Signal> S awaitSignal(Iterator<Signal> signals, Class<S> type) {
    while (signals.hasNext()) {
      Signal signal = signals.next();
      if (type.isInstance(signal)) {
        return type.cast(signal);
      }
    }
    throw new AssertionError("the stream is over");
  }

  final String guide() throws Exception {
    return Guide.block(program.program());
  }

  final TestServer server(Map<String, String> settings) {
    return closed(TestServer.start(settings));
  }

  /** A server to be stopped and to be started again where its proxy looks for it. */
  private TestServer restartable(int port) {
    return server(Map.of("server.port", Integer.toString(port), "stream.retry", "10ms"));
  }

  final Proxy proxy(String configuration, TestServer server) throws Exception {
    return closed(Proxy.start(program, directory, configuration, server.port()));
  }

  final HttpClient client(HttpClient.Version version) throws Exception {
    return closed(
        HttpClient.newBuilder()
            .version(version)
            .sslContext(TestCertificate.trustingContext())
            .build());
  }

  final ProxiedReader open(HttpClient client, Proxy proxy, String... headers) throws Exception {
    return closed(ProxiedReader.open(client, uri(proxy, "/sse/alice"), headers));
  }

  final ProxiedReader reader(HttpClient client, Proxy proxy, String... headers) throws Exception {
    return open(client, proxy, headers).awaitLive();
  }

  /** How long an event takes, each published when the one before it has arrived. */
  static Duration medianDelay(TestServer server, ProxiedReader reader) throws Exception {
    long[] nanos = new long[15];
    for (int i = 0; i < nanos.length; i++) {
      long began = System.nanoTime();
      server.publish("alice", "event " + i);
      assertThat(reader.nextEvent()).isEqualTo("data: event " + i);
      nanos[i] = System.nanoTime() - began;
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[nanos.length / 2]);
  }

  static void awaitConnections(TestServer server, int count) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(AT_ONCE)
        .until(() -> connections(server) == count);
  }

  static int connections(TestServer server) {
    return server.heliograph().hub().connections().count();
  }

  static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
      throws Exception {
    return sendAsync(client, request).get();
  }

  private static CompletableFuture<HttpResponse<String>> sendAsync(
      HttpClient client, HttpRequest.Builder request) {
    return client.sendAsync(
        request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
  }

  static HttpResponse<String> publishFrom(String origin, HttpClient client, Proxy proxy)
      throws Exception {
    return send(
        client,
        HttpRequest.newBuilder(uri(proxy, "/v1/users/alice/events"))
            .header("Origin", origin)
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("hi")));
  }

  static URI uri(Proxy proxy, String path) {
    return URI.create("https://localhost:" + proxy.port() + path);
  }

  /** Ends with the test. */
  final <T extends AutoCloseable> T closed(T closeable) {
    open.add(closeable instanceof HttpClient client ? client::shutdownNow : closeable);
    return closeable;
  }
}
