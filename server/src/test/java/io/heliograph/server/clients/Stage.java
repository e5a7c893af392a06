package io.heliograph.server.clients;

import io.heliograph.server.TestTokens;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Runs one scenario with all clients: its server behind the relay, and what scenarios do with them.
 */
final class Stage implements AutoCloseable {

  // In seconds. The second return of a client that waits for `retry:`, 6 s at most, and then for
  // twice that.
  private static final int END_PATIENCE = 25;
  private static final int DOWN_MILLIS = 2_000;

  /** Stops a server, one way or the other. */
  interface Stop {
    void stop(ServerProcess server) throws InterruptedException;
  }

  private final Scenario scenario;
  private final List<RealClient> clients;
  private final Map<String, String> tls;
  private final Map<String, String> settings;

  // What the names of its readers end in: a relay must not take them for those of an earlier run.
  private final String run;

  // By the scheme of their URLs.
  private final Map<String, ServerProcess> servers = new ConcurrentHashMap<>();

  /**
   * Starts the servers that the clients need.
   *
   * @param tls the settings for TLS of the one that speaks HTTP/2
   * @param run what no other run of this scenario is called
   */
  Stage(Scenario scenario, List<RealClient> clients, Map<String, String> tls, String run)
      throws Exception {
    this.run = run;
    this.scenario = scenario;
    this.clients = clients.stream().filter(it -> scenario.suits(it.program())).toList();
    this.tls = tls;
    this.settings = new TreeMap<>(Map.of("stream.retry", "1s"));
    settings.putAll(scenario.settings());
    startServers();
  }

  private void startServers() throws Exception {
    String token =
        settings.containsKey("auth.mode") ? TestTokens.of("harness", TestTokens.ALL) : "";
    for (RealClient client : clients) {
      if (!servers.containsKey(client.scheme())) {
        var all = new TreeMap<>(settings);
        all.putAll(client.program().isHttp2() ? tls : Map.of());
        servers.put(client.scheme(), ServerProcess.start(all, token));
      }
      client.relay().forwardTo(server(client).port());
    }
  }

  private ServerProcess server(RealClient client) {
    return Objects.requireNonNull(servers.get(client.scheme()));
  }

  private ServerProcess server(Reader reader) {
    return server(reader.client());
  }

  private Set<Relay> relays() {
    return clients.stream().map(RealClient::relay).collect(Collectors.toSet());
  }

  /** What became of each client, by its title: the column of the table, top to bottom. */
  Map<ClientProgram, String> run() throws Exception {
    List<Reader> readers =
        clients.stream().map(client -> new Reader(client, scenario.id() + run)).toList();
    Map<ClientProgram, String> seen = new TreeMap<>();
    try (var each = Executors.newVirtualThreadPerTaskExecutor()) {
      inParallel(each, readers, this::openAndBefore);
      scenario.act(this);
      inParallel(each, readers, this::after);
      List<Future<String>> verdicts =
          readers.stream().map(reader -> each.submit(() -> verdict(reader))).toList();
      for (int i = 0; i < readers.size(); i++) {
        seen.put(readers.get(i).client().program(), verdicts.get(i).get());
      }
    }
    return seen;
  }

  private interface Step {
    void take(Reader reader) throws Exception;
  }

  private static void inParallel(ExecutorService each, List<Reader> readers, Step step)
      throws Exception {
    List<Callable<Boolean>> steps =
        readers.stream()
            .<Callable<Boolean>>map(
                reader ->
                    () -> {
                      step.take(reader);
                      return true;
                    })
            .toList();
    for (Future<Boolean> taken : each.invokeAll(steps)) {
      taken.get();
    }
  }

  private void openAndBefore(Reader reader) throws InterruptedException {
    RealClient client = reader.client();
    if (client.program().isHttp2()) {
      client.relay().isFor(reader.name());
    }
    client.token(scenario.token(reader.name()));
    client.open(reader, client.base() + "/sse/" + reader.name() + scenario.query(reader, this));
    if (isOpen(reader)) {
      scenario.before(reader, this);
    }
  }

  private void after(Reader reader) throws InterruptedException {
    if (isOpen(reader)) {
      scenario.after(reader, this);
    }
  }

  private String verdict(Reader reader) throws InterruptedException {
    String words = isOpen(reader) ? scenario.verdict(reader, this) : "reads nothing";
    reader.client().close(reader);
    System.out.printf("%s: %s%n", words, reader);
    return words;
  }

  private static boolean isOpen(Reader reader) throws InterruptedException {
    return reader.await(Scenario.PATIENCE, it -> it.countOf("stream.live") > 0);
  }

  void publish(Reader reader, String type, String data) {
    server(reader).publish(reader.name(), type, data);
    reader.accepted(data);
  }

  /** A ticket for the reader's own stream. */
  String ticket(Reader reader) {
    return server(reader).ticket(TestTokens.of(reader.name(), "subscribe"));
  }

  /** Publishes an event that the reader's filter skips. */
  void skip(Reader reader, String data) {
    server(reader).publish(reader.name(), "other", data);
  }

  /** Cuts the reader's connection, and publishes five events before it is let in again. */
  void cutAndPublish(Reader reader) {
    Relay relay = reader.client().relay();
    relay.hold(reader.name());
    relay.cut(reader.name());
    for (int i = 0; i < 5; i++) {
      publish(reader, "note", "while cut " + reader.countOfAccepted());
    }
    relay.release(reader.name());
  }

  /**
   * Stops the server and starts it again a second later, without its events.
   *
   * @param refuse whether connections are refused meanwhile, as without a proxy; else they are
   *     accepted and closed without an answer, as some proxies do
   */
  void restart(Stop stop, boolean refuse) throws Exception {
    for (ServerProcess before : servers.values()) {
      stop.stop(before);
    }
    for (Relay relay : relays()) {
      if (refuse) {
        relay.down();
      }
      relay.cutAll();
    }
    servers.values().forEach(ServerProcess::close);
    servers.clear();
    Thread.sleep(DOWN_MILLIS);
    startServers();
    if (refuse) {
      for (Relay relay : relays()) {
        relay.up();
      }
    }
  }

  /** Publishes once the reader has its stream again. */
  void publishWhenBack(Reader reader) throws InterruptedException {
    reader.await(Scenario.PATIENCE + 10, it -> it.countOf("stream.live") > 1);
    publish(reader, "note", "after");
  }

  void kick(Reader reader) {
    noteRequests(reader);
    server(reader).kick(reader.name());
  }

  /** What it asks for from now on counts for {@link #verdictOnEnd}. */
  void noteRequests(Reader reader) {
    reader.endsAfter(reader.client().relay().requestsOf(reader.name()));
  }

  /** Whether the client is gone for good. */
  String verdictOnEnd(Reader reader) throws InterruptedException {
    return verdictOnEnd(reader, END_PATIENCE);
  }

  /**
   * Whether the client is gone for good.
   *
   * @param patience in seconds, for the second return of a client that backs off
   */
  String verdictOnEnd(Reader reader, int patience) throws InterruptedException {
    reader.await(
        patience, it -> it.hasEnded() || it.countOf("stream.live") > 1 || returnsOf(it) > 1);
    if (reader.countOf("stream.live") > 1) {
      return "comes back";
    }
    // One return is refused for good; a second means that the client did not understand it. Over
    // HTTP/2 returns cannot be counted, but the page says that its EventSource has ended.
    boolean over = reader.client().program().isHttp2() ? reader.hasEnded() : returnsOf(reader) <= 1;
    return over ? "ends" : "keeps asking";
  }

  private int returnsOf(Reader reader) {
    return reader.client().relay().requestsOf(reader.name()) - reader.requestsAtEnd();
  }

  @Override
  public void close() {
    servers.values().forEach(ServerProcess::close);
    relays().forEach(Relay::cutAll);
  }
}
