package io.heliograph.server.cuts;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestServer;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A thousand cuts at any byte: readers as real clients are, over either HTTP, lose nothing that no
 * gap has told. A run that fails is run again with {@code -Dheliograph.cuts.seed=SEED}, which it
 * prints.
 */
class ThousandCutsTest {

  private static final int CUTS = 1_000;
  private static final int READERS =
      CutReader.Kind.values().length * CutBody.Protocol.values().length * 2;

  // Keeps about 150 of the events here; MORE_THAN_KEPT are more than that, and FILTERED fewer.
  private static final Map<String, String> SETTINGS =
      Map.of(
          "log.per-user.bytes",
          "16KiB",
          "log.broadcast.bytes",
          "16KiB",
          "stream.heartbeat",
          "1s",
          // With CutBody's, less than MORE_THAN_KEPT: what a slow reader leaves stays in the log.
          "stream.send-buffer",
          "4KiB");
  private static final int MORE_THAN_KEPT = 260;
  private static final int FILTERED = 100;

  private static final long SEED =
      Long.getLong("heliograph.cuts.seed", new Random().nextInt(Integer.MAX_VALUE));

  private static int cuts;
  private static int within;
  private static int events;
  private static int gaps;

  private enum Scene {
    PLAIN,
    /** The cut comes in the head, or before the first event of the log. */
    EARLY,
    /** While the reader is away, more is published than is kept. */
    GAP,
    /** Much passes that the filter keeps from the reader. */
    FILTERED,
    /** The reader stops reading while more is published than is kept. */
    SLOW,
    /** Nothing is published until a heartbeat has come. */
    SILENT,
    /** The server stops, and another begins. */
    DRAIN
  }

  static Stream<Object[]> readers() {
    var readers = Stream.<Object[]>builder();
    for (CutReader.Kind kind : CutReader.Kind.values()) {
      for (CutBody.Protocol protocol : CutBody.Protocol.values()) {
        readers.add(new Object[] {kind, protocol, ""});
        readers.add(new Object[] {kind, protocol, "?types=w.*"});
      }
    }
    return readers.build();
  }

  @AfterAll
  static void tell() {
    System.out.printf(
        "ThousandCutsTest: seed %d, %d cuts, %d of them within what came, %d events, %d gaps%n",
        SEED, cuts, within, events, gaps);
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("readers")
  void nothingIsLostWithoutAWord(CutReader.Kind kind, CutBody.Protocol protocol, String query)
      throws Exception {
    try (var run = new Run(kind, protocol, query)) {
      for (int i = 0; i < CUTS / READERS; i++) {
        run.cut();
      }
      run.finish();
      events += run.ledger.events();
      gaps += run.ledger.gaps();
    } catch (AssertionError | Exception e) {
      throw new AssertionError("seed " + SEED, e);
    }
  }

  /** One reader's life. */
  private static final class Run implements AutoCloseable {
    private final CutBody.Protocol protocol;
    private final String path;
    private final boolean filtered;
    private final Random random;
    private final CutReader reader;
    private final Ledger ledger = new Ledger();
    private final UserId user;
    private TestServer server = TestServer.start(SETTINGS);
    private int names;

    Run(CutReader.Kind kind, CutBody.Protocol protocol, String query) {
      this.protocol = protocol;
      this.user = new UserId("reader");
      this.path = "/sse/reader" + query;
      this.filtered = !query.isEmpty();
      this.random = new Random(SEED + (kind + " " + protocol + query).hashCode());
      this.reader = new CutReader(kind);
    }

    void cut() throws Exception {
      Scene scene = scene();
      publishSome(random.nextInt(6));
      if (scene == Scene.GAP) {
        int logs = 1 + random.nextInt(3);
        for (int i = 0; i < MORE_THAN_KEPT; i++) {
          if ((logs & 1) != 0) {
            publish(Ledger.USER, type());
          }
          if ((logs & 2) != 0) {
            publish(Ledger.BROADCAST, type());
          }
        }
      }
      int most =
          switch (scene) {
            case EARLY, SILENT -> 700;
            case GAP, SLOW -> 20_000;
            case PLAIN, FILTERED, DRAIN -> 3_000;
          };
      // A reader without a cursor starts at the head: what came before would not be for it.
      boolean undisturbed =
          scene != Scene.PLAIN || reader.cursor().isEmpty() || random.nextBoolean();
      connect(scene, random.nextInt(most), undisturbed);
      cuts++;
    }

    private Scene scene() {
      int dice = random.nextInt(100);
      if (dice < 4) {
        return Scene.DRAIN;
      }
      if (dice < 6) {
        return Scene.SILENT;
      }
      if (dice < 10) {
        return Scene.SLOW;
      }
      return dice < 20
          ? Scene.EARLY
          : dice < 35 ? Scene.GAP : dice < 50 ? Scene.FILTERED : Scene.PLAIN;
    }

    /** Connects without a cut, and gets all that is left. */
    void finish() throws Exception {
      connect(Scene.PLAIN, Integer.MAX_VALUE, true);
      ledger.checkComplete();
    }

    private void connect(Scene scene, int cutAfter, boolean undisturbed) throws Exception {
      Optional<String> sent = reader.cursor();
      // Of both logs, for between them no order is promised.
      String lastOwn = name();
      String lastBroadcast = name();
      var live = new CountDownLatch(1);
      var heartbeat = new CountDownLatch(1);
      var goOn = new CountDownLatch(scene == Scene.SLOW ? 1 : 0);
      var given =
          CompletableFuture.supplyAsync(
              () -> read(sent, cutAfter, live, heartbeat, goOn, scene, lastOwn, lastBroadcast),
              Thread::startVirtualThread);
      if (undisturbed) {
        assertThat(live.await(20, TimeUnit.SECONDS)).isTrue();
      }
      if (scene == Scene.SILENT) {
        assertThat(heartbeat.await(20, TimeUnit.SECONDS)).isTrue();
      }
      publishSome(random.nextInt(8));
      if (scene == Scene.SLOW) {
        for (int i = 0; i < MORE_THAN_KEPT; i++) {
          publish(random.nextInt(2), type());
        }
      }
      if (scene == Scene.FILTERED) {
        for (int i = 0; i < FILTERED; i++) {
          publish(random.nextInt(2), "u.filtered");
        }
      }
      publish(Ledger.USER, "w.last", lastOwn);
      publish(Ledger.BROADCAST, "w.last", lastBroadcast);
      goOn.countDown();
      if (scene == Scene.DRAIN) {
        server.close();
      }
      List<CutReader.Block> blocks;
      try {
        blocks = given.get(30, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw new AssertionError(scene + ", cut after " + cutAfter, e.getCause());
      } catch (TimeoutException e) {
        throw new AssertionError(
            scene + ", cut after " + cutAfter + ": waits for " + lastOwn + " and " + lastBroadcast,
            e);
      }
      for (CutReader.Block block : blocks) {
        try {
          ledger.check(block, sent, undisturbed);
        } catch (AssertionError e) {
          throw new AssertionError(
              scene + ", cut after " + cutAfter + ", " + block + " in " + told(blocks), e);
        }
      }
      if (scene == Scene.DRAIN) {
        ledger.restart();
        server = TestServer.start(SETTINGS);
      }
    }

    private List<CutReader.Block> read(
        Optional<String> sent,
        int cutAfter,
        CountDownLatch live,
        CountDownLatch heartbeat,
        CountDownLatch goOn,
        Scene scene,
        String lastOwn,
        String lastBroadcast) {
      var blocks = new ArrayList<CutReader.Block>();
      int lasts = 0;
      reader.connect();
      try (var body = CutBody.open(protocol, server.port(), path, sent, cutAfter)) {
        for (int b = body.read(); b >= 0; b = body.read()) {
          Optional<CutReader.Block> block = reader.take(b);
          if (live.getCount() == 0 && reader.endsComment()) {
            heartbeat.countDown();
          }
          if (block.isEmpty()) {
            continue;
          }
          blocks.add(block.get());
          String data = block.get().data();
          if (block.get().type().equals("stream.live")) {
            assertThat(live.getCount()).as("stream.live once").isOne();
            live.countDown();
            goOn.await();
          } else if (data.startsWith(lastOwn + " ") || data.startsWith(lastBroadcast + " ")) {
            lasts++;
          }
          if (lasts == 2 && scene != Scene.DRAIN) {
            break;
          }
        }
        within += body.isCut() ? 1 : 0;
        return blocks;
      } catch (IOException | InterruptedException e) {
        throw new AssertionError("the stream broke, and was not cut here", e);
      } finally {
        live.countDown();
        heartbeat.countDown();
      }
    }

    private static List<String> told(List<CutReader.Block> blocks) {
      return blocks.stream()
          .map(
              block ->
                  block.type()
                      + " "
                      + block.id()
                      + (block.type().startsWith("stream.") ? " " + block.data() : ""))
          .toList();
    }

    private void publishSome(int count) {
      for (int i = 0; i < count; i++) {
        if (random.nextInt(8) == 0) {
          server.heliograph().hub().publish(user, Event.ephemeral("w.ephemeral", "now"));
        } else {
          publish(random.nextInt(2), type());
        }
      }
    }

    private String type() {
      return random.nextInt(3) == 0 ? "u.other" : "w.some";
    }

    private void publish(int log, String type) {
      publish(log, type, name());
    }

    private void publish(int log, String type, String name) {
      Hub hub = server.heliograph().hub();
      var event = Event.of(type, name + " " + "zażółć 😀\n".repeat(1 + random.nextInt(4)));
      var stored = log == Ledger.USER ? hub.publish(user, event) : hub.broadcast(event);
      ledger.accept(log, stored.position(), name, !filtered || type.startsWith("w."));
    }

    private String name() {
      names++;
      return "e" + names;
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
