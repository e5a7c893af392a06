package io.heliograph.server.clients;

import io.heliograph.server.TestTokens;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs one scenario with all clients: its server behind the relay, and what scenarios do with them.
 */
final class Stage implements AutoCloseable {

  // In seconds. The second return of a client that waits for `retry:`, 6 s at most, and then for
  // twice that.
  private static final int KICK_PATIENCE = 25;
  private static final int DOWN_MILLIS = 2_000;

  /** Stops a server, one way or the other. */
  interface Stop {
    void stop(ServerProcess server) throws InterruptedException;
  }

  private final Scenario scenario;
  private final Relay relay;
  private final Map<String, String> settings;
  private volatile ServerProcess server;

  Stage(Scenario scenario, Relay relay) throws IOException {
    this.scenario = scenario;
    this.relay = relay;
    this.settings = new TreeMap<>(Map.of("stream.retry", "1s"));
    settings.putAll(scenario.settings());
    this.server = start();
    relay.forwardTo(server.port());
  }

  private ServerProcess start() throws IOException {
    String token =
        settings.containsKey("auth.mode") ? TestTokens.of("harness", TestTokens.ALL) : "";
    return ServerProcess.start(settings, token);
  }

  ServerProcess server() {
    return server;
  }

  Relay relay() {
    return relay;
  }

  /** What became of each client, by its title: the column of the table, top to bottom. */
  Map<ClientProgram, String> run(List<RealClient> clients) throws Exception {
    List<Reader> readers =
        clients.stream().map(client -> new Reader(client, scenario.id())).toList();
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
    reader.client().token(scenario.token(reader.name()));
    reader
        .client()
        .open(
            reader,
            "http://127.0.0.1:" + relay.port() + "/sse/" + reader.name() + scenario.query());
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
    server.publish(reader.name(), type, data);
    reader.accepted(data);
  }

  /** Publishes an event that the reader's filter skips. */
  void skip(Reader reader, String data) {
    server.publish(reader.name(), "other", data);
  }

  /** Cuts the reader's connection, and publishes five events before it is let in again. */
  void cutAndPublish(Reader reader) {
    relay.hold(reader.name());
    relay.cut(reader.name());
    for (int i = 1; i <= 5; i++) {
      publish(reader, "note", "while cut " + i);
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
    var before = server;
    stop.stop(before);
    if (refuse) {
      relay.down();
    }
    relay.cutAll();
    before.close();
    Thread.sleep(DOWN_MILLIS);
    server = start();
    relay.forwardTo(server.port());
    if (refuse) {
      relay.up();
    }
  }

  /** Publishes once the reader has its stream again. */
  void publishWhenBack(Reader reader) throws InterruptedException {
    reader.await(Scenario.PATIENCE + 10, it -> it.countOf("stream.live") > 1);
    publish(reader, "note", "after");
  }

  void kick(Reader reader) {
    reader.kickedAfter(relay.requestsOf(reader.name()));
    server.kick(reader.name());
  }

  /** Whether the client is gone for good. */
  String verdictOnKick(Reader reader) throws InterruptedException {
    reader.await(
        KICK_PATIENCE, it -> it.hasEnded() || it.countOf("stream.live") > 1 || returnsOf(it) > 1);
    if (reader.countOf("stream.live") > 1) {
      return "comes back";
    }
    // One return is answered 204; a second means that the client did not understand it.
    return returnsOf(reader) > 1 ? "keeps asking" : "ends";
  }

  private int returnsOf(Reader reader) {
    return relay.requestsOf(reader.name()) - reader.requestsAtKick();
  }

  @Override
  public void close() {
    server.close();
    relay.cutAll();
  }
}
