package io.heliograph.server.clients;

import io.heliograph.server.TestTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * What a client is put through: a column of the table in docs/guides/clients.md. All clients go
 * through it beside each other, each as a user of its own, on one server.
 */
enum Scenario {
  EVENTS("events") {
    @Override
    void before(Reader reader, Stage stage) {
      String[] data = {
        "plain", "two\nlines", " leading space", "naïve ☂", "{\"a\":1}", "a: b", "end\n"
      };
      for (String each : data) {
        stage.publish(reader, "note", each);
      }
      stage.publish(reader, "message", "of the default type");
    }

    @Override
    String verdict(Reader reader, Stage stage) throws InterruptedException {
      reader.await(5, Reader::hasAsManyAsAccepted);
      return reader.verdictOnContent();
    }
  },

  /** The connection is cut between two events, and more are published before it is back. */
  RESUME("cut between events") {
    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.publish(reader, "note", "first");
      reader.await(PATIENCE, Reader::hasAllAccepted);
      stage.cutAndPublish(reader);
    }
  },

  BEFORE_FIRST("cut before the first event") {
    @Override
    void before(Reader reader, Stage stage) {
      stage.cutAndPublish(reader);
    }
  },

  /** The connection is cut in the middle of an event's data. */
  INSIDE("cut inside an event") {
    @Override
    boolean suits(ClientProgram program) {
      return !program.isHttp2(); // Where it is inside, the relay cannot read.
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.publish(reader, "note", "first");
      reader.await(PATIENCE, Reader::hasAllAccepted);
      reader.client().relay().cutBehind(reader.name(), "data: half");
      stage.publish(reader, "note", "half and half");
      stage.publish(reader, "note", "last");
    }
  },

  /** The reader's filter skips more events than the log keeps, and then the connection is cut. */
  FILTERED("cut while filtered") {
    @Override
    String query(Reader reader, Stage stage) {
      return "?types=note,message";
    }

    @Override
    Map<String, String> settings() {
      // What is younger than 10 s is not dropped by count, but it is by bytes.
      return Map.of("log.per-user.bytes", "16KiB", "stream.heartbeat", "2s");
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      for (int i = 0; i < 300; i++) {
        stage.skip(reader, "x".repeat(100));
      }
      stage.cutAndPublish(reader);
    }
  },

  DRAIN("drain") {
    @Override
    Map<String, String> settings() {
      return Map.of("drain.window", "1s");
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.publish(reader, "note", "before");
      reader.await(PATIENCE, Reader::hasAllAccepted);
    }

    @Override
    void act(Stage stage) throws Exception {
      stage.restart(ServerProcess::drain, false);
    }

    @Override
    void after(Reader reader, Stage stage) throws InterruptedException {
      stage.publishWhenBack(reader);
    }
  },

  KILL("`kill -9`") {
    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      DRAIN.before(reader, stage);
    }

    @Override
    void act(Stage stage) throws Exception {
      stage.restart(ServerProcess::kill, true);
    }

    @Override
    void after(Reader reader, Stage stage) throws InterruptedException {
      stage.publishWhenBack(reader);
    }
  },

  KICK_FIRST("kick before the first event") {
    @Override
    void before(Reader reader, Stage stage) {
      stage.kick(reader);
    }

    @Override
    String verdict(Reader reader, Stage stage) throws InterruptedException {
      return stage.verdictOnEnd(reader);
    }
  },

  KICK("kick") {
    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.publish(reader, "note", "before");
      reader.await(PATIENCE, Reader::hasAllAccepted);
      stage.kick(reader);
    }

    @Override
    String verdict(Reader reader, Stage stage) throws InterruptedException {
      return stage.verdictOnEnd(reader);
    }
  },

  /** The token ends, and the application has the next one only after 3 s. */
  TOKEN("token renewed late") {
    private static final Duration LIFE = Duration.ofSeconds(10);

    @Override
    Map<String, String> settings() {
      return TestTokens.settings(Map.of("auth.cookie", "token"));
    }

    @Override
    String token(String user) {
      return TestTokens.of(user, "subscribe", LIFE);
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.publish(reader, "note", "before");
      reader.await(PATIENCE, Reader::hasAllAccepted);
      awaitReturn(reader);
      stage.publish(reader, "note", "without a token");
      Thread.sleep(3_000); // That long nobody renews it.
      reader.client().token(TestTokens.of(reader.name(), "subscribe"));
    }
  },

  /** The token ends, and the application never has another one. */
  NEVER_RENEWED("token never renewed") {
    private static final Duration LEFT_OF_GRACE = Duration.ofSeconds(6);

    // In seconds. okhttp-eventsource doubles its wait, up to 30 s, during the grace, too.
    private static final int RETURNS_PATIENCE = 50;

    @Override
    Map<String, String> settings() {
      return TOKEN.settings();
    }

    @Override
    String token(String user) {
      return TOKEN.token(user);
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.publish(reader, "note", "before");
      reader.await(PATIENCE, Reader::hasAllAccepted);
      awaitReturn(reader);
      // Spares most of the minute for which a return is not refused.
      var ended = Duration.ofMinutes(1).minus(LEFT_OF_GRACE);
      var life = Duration.ofMinutes(1);
      Instant issued = Instant.now().minus(life).minus(ended);
      reader
          .client()
          .token(
              TestTokens.sign(TestTokens.claims(reader.name(), "subscribe", issued, life).build()));
      Thread.sleep(LEFT_OF_GRACE.plusSeconds(1).toMillis()); // From then on the answer is 401.
      stage.noteRequests(reader);
    }

    @Override
    String verdict(Reader reader, Stage stage) throws InterruptedException {
      return stage.verdictOnEnd(reader, RETURNS_PATIENCE);
    }
  },

  /** The stream is opened with a ticket in its URL, and the connection is cut twice. */
  TICKET("ticket") {
    @Override
    Map<String, String> settings() {
      return TestTokens.settings(Map.of());
    }

    @Override
    String query(Reader reader, Stage stage) {
      return "?ticket=" + stage.ticket(reader);
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      stage.cutAndPublish(reader);
      reader.await(PATIENCE, Reader::hasAllAccepted);
      stage.cutAndPublish(reader);
    }
  },

  MAX_AGE("`max-age`") {
    @Override
    Map<String, String> settings() {
      return Map.of("stream.max-age", "2s");
    }

    @Override
    void before(Reader reader, Stage stage) throws InterruptedException {
      for (int i = 0; i < 60; i++) {
        stage.publish(reader, "note", "event " + i);
        Thread.sleep(100); // So that some fall between two streams.
      }
    }
  };

  /** Seconds. Some clients double their wait with every failure. */
  static final int PATIENCE = 20;

  private final String title;

  Scenario(String title) {
    this.title = title;
  }

  /** The head of its column. */
  String title() {
    return title;
  }

  String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Map<String, String> settings() {
    return Map.of();
  }

  /** What the stream's URL ends in. */
  String query(Reader reader, Stage stage) {
    return "";
  }

  /** Whether a client is put through it. */
  boolean suits(ClientProgram program) {
    // It does not notice a cut over HTTP/2. That RESUME and KILL show it is enough.
    return program != ClientProgram.WEBKIT_HTTP2
        || (this != BEFORE_FIRST && this != FILTERED && this != TICKET);
  }

  /** The reader's token when it opens its stream; empty for none. */
  String token(String user) {
    return "";
  }

  /** What happens to each reader by itself, once its stream is open. */
  abstract void before(Reader reader, Stage stage) throws InterruptedException;

  /** What happens to all of them at once, after that. */
  void act(Stage stage) throws Exception {}

  void after(Reader reader, Stage stage) throws InterruptedException {}

  /** Waits until the reader has come back to a stream that has ended. */
  private static void awaitReturn(Reader reader) throws InterruptedException {
    Relay relay = reader.client().relay();
    int requests = relay.requestsOf(reader.name());
    reader.await(
        PATIENCE, it -> relay.requestsOf(it.name()) > requests || it.countOf("stream.closing") > 1);
  }

  /** The words of the table. */
  String verdict(Reader reader, Stage stage) throws InterruptedException {
    boolean all = reader.await(PATIENCE, Reader::hasAllAccepted);
    return all || reader.client().relay().isOpen(reader.name()) ? reader.verdict() : "gives up";
  }
}
