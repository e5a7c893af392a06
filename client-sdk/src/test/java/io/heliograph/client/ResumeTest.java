package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a stream goes on: after a reconnection, in the next run, after a death. */
@Timeout(60)
@Order(1)
class ResumeTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  @TempDir Path folder;

  /** Sends the events after the last id, up to so many, and then stays silent. */
  private static SseTestServer resuming(int events) {
    return SseTestServer.start(
        exchange -> {
          int last = Integer.parseInt(exchange.request().header("Last-Event-ID").orElse("0"));
          exchange.open();
          for (int i = last + 1; i <= events; i++) {
            exchange.event("" + i, "", "e" + i);
          }
          exchange.silence();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  void theNextStreamGoesOnWhereTheLastOneWasDone(String kind) throws Exception {
    try (var server = resuming(4);
        ResumeStore store =
            kind.equals("memory")
                ? ResumeStore.memory()
                : FileResumeStore.open(folder.resolve("p"))) {
      assertThat(read(server, store, 2)).containsExactly("e1", "e2");
      // e2 was in hand, and nobody asked for the next: it is not done.
      assertThat(read(server, store, 3)).containsExactly("e2", "e3", "e4");
    }
  }

  private static List<String> read(SseTestServer server, ResumeStore store, int count) {
    var data = new ArrayList<String>();
    try (var client = SseClient.builder(server.uri()).resume(store, AckMode.AFTER_HANDLER).build();
        var stream = client.open()) {
      for (Event event : stream) {
        data.add(event.data());
        if (data.size() == count) {
          break;
        }
      }
    }
    return data;
  }

  @ParameterizedTest
  @EnumSource(AckMode.class)
  void whenAnEventIsDoneIsForTheModeToSay(AckMode mode) throws Exception {
    var store = ResumeStore.memory();
    var inHand = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    try (var server = resuming(2);
        var client = SseClient.builder(server.uri()).resume(store, mode).build();
        var subscription =
            client.subscribe(
                event -> {
                  if (event.data().equals("e2")) {
                    inHand.countDown();
                    goOn.await();
                  }
                })) {
      inHand.await();
      assertThat(subscription.lastEventId())
          .isEqualTo(
              switch (mode) {
                case ON_RECEIVE -> "2";
                case AFTER_HANDLER -> "1";
                case MANUAL -> "";
              });
      assertThat(store.load(server.uri().toString()).orElse(""))
          .isEqualTo(subscription.lastEventId());
      goOn.countDown();
      if (mode == AckMode.AFTER_HANDLER) {
        await().until(() -> subscription.lastEventId().equals("2"));
      }
    }
  }

  @Test
  void acknowledgingMovesThePositionAndWhatIsNotAcknowledgedComesAgain() throws Exception {
    var heard = new java.util.concurrent.LinkedBlockingQueue<Event>();
    try (var server = resuming(3);
        var client =
            SseClient.builder(server.uri()).reconnect(AT_ONCE).acknowledge(AckMode.MANUAL).build();
        var subscription = client.subscribe(heard::add)) {
      heard.take();
      Event second = heard.take();
      heard.take();
      assertThat(subscription.lastEventId()).isEmpty();
      subscription.acknowledge(second); // And all before it.
      assertThat(subscription.lastEventId()).isEqualTo("2");

      subscription.restart();
      assertThat(heard.take().data()).isEqualTo("e3");
      assertThat(server.requests().get(1).header("Last-Event-ID")).contains("2");
    }
  }

  /** Or the next run of the program would never see the event that failed. */
  @ParameterizedTest
  @EnumSource(HandlerErrorPolicy.class)
  void whatFailsAfterTheStreamWasClosedIsMetByThePolicyToo(HandlerErrorPolicy policy)
      throws Exception {
    var store = ResumeStore.memory();
    var handled = new CopyOnWriteArrayList<Event>();
    var inHand = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var observer =
        new ClientObserver() {
          @Override
          public void eventHandled(String stream, Event event, Duration took) {
            handled.add(event);
          }
        };
    try (var server = resuming(1);
        var client =
            SseClient.builder(server.uri())
                .resume(store, AckMode.AFTER_HANDLER)
                .onHandlerError(policy)
                .observer(observer)
                .build();
        var subscription =
            client.subscribe(
                event -> {
                  inHand.countDown();
                  goOn.await();
                  throw new IOException("the database is away");
                })) {
      inHand.await();
      subscription.close();
      goOn.countDown();
      subscription.awaitClosed();

      assertThat(store.load(server.uri().toString()).orElse(""))
          .isEqualTo(policy == HandlerErrorPolicy.CONTINUE ? "1" : "");
      assertThat(handled).isEmpty();
    }
  }

  /** Or a reader whose filter lets nothing through would start too far back. */
  @Test
  void aPositionWithoutAnEventMovesAnAcknowledgedStream() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() > 1) {
                    exchange.status(204, "");
                    return;
                  }
                  exchange.open().send("id: 1\n\n").event("2", "", "a").send("id: 5\n\n");
                });
        var client =
            SseClient.builder(server.uri()).reconnect(AT_ONCE).acknowledge(AckMode.MANUAL).build();
        var stream = client.open()) {
      var positions = new ArrayList<String>();
      Event last = null;
      for (Signal signal : stream.signals()) {
        positions.add(signal.getClass().getSimpleName() + " " + stream.lastEventId());
        if (signal instanceof Signal.Message message) {
          last = message.event();
        }
        if (signal instanceof Signal.Disconnected && last != null) {
          stream.acknowledge(last);
          last = null;
        }
      }
      assertThat(positions)
          .containsSubsequence("Message 1", "Positioned 1", "Disconnected 1", "Reconnecting 5");
      assertThat(server.requests().get(1).header("Last-Event-ID")).contains("5");
    }
  }

  @Test
  void acknowledgingInAnotherModeIsToldToHaveNoEffect() {
    try (var server = resuming(1);
        var client = SseClient.create(server.uri());
        var stream = client.open()) {
      Event event = stream.iterator().next();
      assertThatThrownBy(() -> stream.acknowledge(event)).hasMessageContaining("AFTER_HANDLER");
    }
  }

  @Test
  void redeliveryOfWhatCountsAsDoneIsRefused() {
    var builder =
        SseClient.builder(java.net.URI.create("http://localhost/"))
            .acknowledge(AckMode.ON_RECEIVE)
            .onHandlerError(HandlerErrorPolicy.REDELIVER);

    assertThatThrownBy(builder::build).hasMessageContaining("AFTER_HANDLER");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStoreThatCannotSaveDoesNotEndTheStream(boolean error) throws Exception {
    var store =
        new ResumeStore() {
          @Override
          public java.util.Optional<String> load(String stream) {
            return java.util.Optional.empty();
          }

          @Override
          public void save(String stream, String lastEventId) throws IOException {
            if (error) {
              throw new NoClassDefFoundError("a driver");
            }
            throw new IOException("the disk is full");
          }
        };
    var pushed = new CopyOnWriteArrayList<String>();
    try (var server = resuming(3);
        var client = SseClient.builder(server.uri()).resume(store, AckMode.AFTER_HANDLER).build();
        var subscription = client.subscribe(event -> pushed.add(event.data()))) {
      assertThat(read(server, store, 3)).containsExactly("e1", "e2", "e3");
      await().until(() -> subscription.lastEventId().equals("3"));
      assertThat(pushed).containsExactly("e1", "e2", "e3");
    }
  }

  @Test
  void aStoreThatCannotBeReadOpensNoStream() {
    var store =
        new ResumeStore() {
          @Override
          public java.util.Optional<String> load(String stream) throws IOException {
            throw new IOException("no database");
          }

          @Override
          public void save(String stream, String lastEventId) {}
        };
    try (var server = resuming(1);
        var client = SseClient.builder(server.uri()).resume(store, AckMode.ON_RECEIVE).build()) {
      assertThatThrownBy(client::open)
          .hasMessageContaining("cannot be read")
          .hasRootCauseMessage("no database");
      assertThat(server.requests()).isEmpty();
    }
  }

  // ---- The file.

  /** It would forge headers of the request. */
  @Test
  void aStoreWithAnIdThatIsNoneOpensNoStream() {
    try (var server = SseTestServer.start();
        var store = ResumeStore.memory();
        var client = SseClient.builder(server.uri()).resume(store, AckMode.AFTER_HANDLER).build()) {
      store.save("s", "1\r\nX-Forged: 1");

      assertThatThrownBy(() -> client.open(StreamSpec.endpoint().named("s")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("line break");
      assertThat(server.requests()).isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aFileKeepsWhatWasSavedLastOfEachStream() throws IOException {
    Path file = folder.resolve("positions");
    var random = new Random(4);
    try (ResumeStore store = FileResumeStore.open(file)) {
      for (int i = 0; i < 20_000; i++) { // Several times the size at which it is written anew.
        store.save("stream " + random.nextInt(5), "i" + i);
      }
      for (int i = 0; i < 5; i++) {
        store.save("stream " + i, "é\t" + i + " ");
      }
      assertThat(Files.size(file)).isLessThan(200_000);
    }
    try (ResumeStore store = FileResumeStore.open(file)) {
      for (int i = 0; i < 5; i++) {
        assertThat(store.load("stream " + i)).contains("é\t" + i + " ");
      }
      assertThat(store.load("another")).isEmpty();
    }
  }

  /** It is written anew now and then, as a whole, which a full disk forbids. */
  @ParameterizedTest
  @ValueSource(strings = {"a folder in the way", "a full disk"})
  void aFileThatCannotBeWrittenAnewIsKeptAndGoesOn(String obstacle) throws IOException {
    Path file = folder.resolve("positions");
    Path fresh = folder.resolve("positions.new");
    try (ResumeStore store = FileResumeStore.open(file)) {
      if (obstacle.equals("a full disk")) {
        assumeTrue(Files.exists(Path.of("/dev/full")), "Linux has it");
        Files.createSymbolicLink(fresh, Path.of("/dev/full"));
      } else {
        Files.createDirectory(fresh);
      }
      for (int i = 0; i < 6000; i++) {
        store.save("stream " + i % 3, "i" + i);
      }
      assertThat(store.load("stream 2")).contains("i5999");
    }
    Files.deleteIfExists(fresh);
    try (ResumeStore store = FileResumeStore.open(file)) {
      assertThat(store.load("stream 0")).contains("i5997");
      assertThat(store.load("stream 2")).contains("i5999");
    }
  }

  /** One store serves many streams; each may be interrupted by whoever reads it. */
  @Test
  void anInterruptOfOneThreadDoesNotCloseTheFileForAll() throws IOException {
    Path file = folder.resolve("positions");
    try (ResumeStore store = FileResumeStore.open(file)) {
      Thread.currentThread().interrupt();
      store.save("one", "1");
      assertThat(Thread.interrupted()).as("still interrupted").isTrue();
      store.save("another", "2");
    } finally {
      Thread.interrupted();
    }
    try (ResumeStore store = FileResumeStore.open(file)) {
      assertThat(store.load("one")).contains("1");
      assertThat(store.load("another")).contains("2");
    }
  }

  /** As a process leaves it that dies while it writes. */
  @Test
  void aLineThatWasCutOffIsPassedOverWhereverItWasCut() throws IOException {
    Path file = folder.resolve("positions");
    try (ResumeStore store = FileResumeStore.open(file)) {
      store.save("s", "old");
    }
    byte[] whole = Files.readAllBytes(file);
    try (ResumeStore store = FileResumeStore.open(file)) {
      store.save("s", "new");
    }
    byte[] longer = Files.readAllBytes(file);
    // Of a line that is there but for its end, the checksum says that it is whole.
    for (int length = whole.length; length <= longer.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(longer, length));
      try (ResumeStore store = FileResumeStore.open(file)) {
        assertThat(store.load("s")).contains(length >= longer.length - 1 ? "new" : "old");
      }
    }
  }

  @Test
  void aDamagedFileIsToldAndNotTrusted() throws IOException {
    Path file = folder.resolve("positions");
    try (ResumeStore store = FileResumeStore.open(file)) {
      store.save("s", "first");
      store.save("s", "12345");
    }
    String good = Files.readString(file);
    for (String bad :
        List.of(
            good.replace("12345", "12346"),
            good.replace("first", "firs\u0000"),
            "",
            "garbage",
            "garbage\n",
            "\u0000".repeat(4096),
            good.substring(5))) {
      Files.writeString(file, bad);
      if (bad.isEmpty()) {
        FileResumeStore.open(file)
            .close(); // A file that somebody made empty is a file to begin with.
        continue;
      }
      assertThatThrownBy(() -> FileResumeStore.open(file))
          .as(bad)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("damaged")
          .hasMessageContaining("delete it to start without positions");
      assertThat(Files.readString(file)).as("it is left as it was").isEqualTo(bad);
    }
  }

  @Test
  void aFileBelongsToOneStoreAtATime() throws IOException {
    Path file = folder.resolve("positions");
    ResumeStore store = FileResumeStore.open(file);
    assertThatThrownBy(() -> FileResumeStore.open(file)).hasMessageContaining("in use");
    store.close();
    assertThatThrownBy(() -> store.save("s", "1")).hasMessageContaining("is closed");
    FileResumeStore.open(file).close();
    try (var held = FileChannel.open(folder.resolve("positions.lock"), StandardOpenOption.WRITE)) {
      assertThat(held.tryLock()).isNotNull();
      assertThatThrownBy(() -> FileResumeStore.open(file)).hasMessageContaining("in use");
    }
  }

  /** A program that says whether it gets a store. */
  static final class Opener {
    public static void main(String[] args) {
      try (var store = FileResumeStore.open(Path.of(args[0]))) {
        System.out.print("opened " + store.load("s").orElse(""));
      } catch (IOException e) {
        System.out.print(e.getMessage());
      }
    }
  }

  /** Closing the second one's descriptor gave up the first one's lock: so POSIX wants it. */
  @Test
  void aSecondStoreThatWasRefusedDoesNotLetOtherProcessesIn() throws Exception {
    Path file = folder.resolve("positions");
    Path byAnotherName = folder.resolve("..").resolve(folder.getFileName()).resolve("positions");
    try (var store = FileResumeStore.open(file)) {
      assertThatThrownBy(() -> FileResumeStore.open(byAnotherName)).hasMessageContaining("in use");
      store.close();
      store.close();
    }
    try (var store = FileResumeStore.open(file)) {
      assertThatThrownBy(() -> FileResumeStore.open(file)).hasMessageContaining("in use");
      Process other = ChildJvm.start(Opener.class, file.toString());
      assertThat(new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .contains("in use");
      assertThat(other.waitFor()).isZero();
      store.save("s", "1");
    }
  }

  @Test
  void aPlaceWhereNoFileCanBeIsTold() {
    assertThatThrownBy(() -> FileResumeStore.open(folder.resolve("none").resolve("positions")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its directory does not exist");
    assertThatThrownBy(() -> FileResumeStore.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a directory");
  }

  /** A program that notes each event in a file, and how far it is in a store. */
  static final class Program {
    public static void main(String[] args) throws Exception {
      try (var store = FileResumeStore.open(Path.of(args[1]));
          var notes =
              FileChannel.open(
                  Path.of(args[2]), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          var client =
              SseClient.builder(java.net.URI.create(args[0]))
                  .resume(store, AckMode.AFTER_HANDLER)
                  .build();
          var stream = client.open()) {
        for (Event event : stream) {
          notes.write(
              java.nio.ByteBuffer.wrap((event.data() + "\n").getBytes(StandardCharsets.US_ASCII)));
        }
      }
    }
  }

  @Test
  void aProgramThatIsKilledAgainAndAgainLosesNothingAndDoublesOnlyWhatItHadInHand()
      throws Exception {
    int events = 200_000;
    Path positions = folder.resolve("positions");
    Path notes = folder.resolve("notes");
    var random = new Random(9);
    int kills = 0;
    try (var server = SseTestServer.start(ResumeTest::countedInBulk)) {
      while (kills < 8) {
        long before = Files.exists(notes) ? Files.size(notes) : 0;
        Process program =
            ChildJvm.start(
                Program.class, server.uri().toString(), positions.toString(), notes.toString());
        try {
          // Anywhere in the work: not before it has begun, and some way into it.
          await()
              .atMost(ofSeconds(20))
              .pollInterval(Duration.ofMillis(2))
              .until(
                  () ->
                      !program.isAlive()
                          || (Files.exists(notes)
                              && Files.size(notes) > before + random.nextInt(60_000)));
        } finally {
          program.destroyForcibly().waitFor(); // SIGKILL.
        }
        assertThat(program.exitValue()).as("killed, not failed").isEqualTo(137);
        kills++;
      }
    }
    List<String> lines = Files.readAllLines(notes);
    int expected = 1;
    int doubled = 0;
    for (String line : lines) {
      int number = Integer.parseInt(line);
      if (number == expected - 1) {
        doubled++;
        continue;
      }
      assertThat(number).as("the event after " + (expected - 1)).isEqualTo(expected);
      expected++;
    }
    assertThat(expected).isGreaterThan(1000).isLessThan(events);
    assertThat(doubled).isLessThanOrEqualTo(kills);
  }

  private static void countedInBulk(Exchange exchange) throws IOException {
    int last = Integer.parseInt(exchange.request().header("Last-Event-ID").orElse("0"));
    exchange.open();
    for (int from = last + 1; from < 200_000; from += 100) {
      var some = new StringBuilder();
      for (int i = from; i < from + 100; i++) {
        some.append("id: ").append(i).append("\ndata: ").append(i).append("\n\n");
      }
      exchange.send(some.toString());
    }
  }
}
