package io.heliograph.server.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both ways to wait for sockets promise. */
@Timeout(60)
class PollerTest {

  enum Kind {
    EPOLL,
    NIO;

    Reactor reactor() throws IOException {
      return new Reactor(this == EPOLL ? new EpollPoller() : new NioPoller(), 1);
    }
  }

  /** Otherwise all other tests would pass without it. */
  @Test
  void epollIsUsedHere() {
    assertThat(EpollPoller.isSupported()).isEqualTo(System.getProperty("os.name").equals("Linux"));
  }

  @ParameterizedTest
  @EnumSource
  void bytesArriveAndWhatThePeerSaysIsCounted(Kind kind) throws Exception {
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      peer.link.send(ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4}, 1, 3));
      assertThat(pair.client.getInputStream().readNBytes(3)).containsExactly(1, 2, 3);

      pair.client.getOutputStream().write(new byte[20_000]);
      await().until(() -> peer.input.get() == 20_000);
      assertThat(peer.events).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aWriteThatDoesNotFitGoesOnWhenThePeerReads(Kind kind) throws Exception {
    byte[] much = new byte[20_000_000];
    ThreadLocalRandom.current().nextBytes(much);
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      ByteBuffer rest = ByteBuffer.wrap(much);
      peer.onWritable = () -> peer.sendAll(rest);
      peer.sendAll(rest);
      assertThat(rest.hasRemaining()).isTrue();

      assertThat(Arrays.equals(pair.client.getInputStream().readNBytes(much.length), much))
          .isTrue();
      assertThat(peer.events).containsOnly("writable");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFinIsReportedOnceAndThenTheEnd(Kind kind) throws Exception {
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      pair.client.shutdownOutput();
      await().until(() -> !peer.events.isEmpty());
      oneTurn(reactor); // It would have been reported again.
      assertThat(peer.events).containsExactly("left");

      peer.link.close();
      peer.link.close();
      await().until(() -> peer.events.size() == 2);
      assertThat(peer.events).containsExactly("left", "closed");
      assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResetIsReported(Kind kind) throws Exception {
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      pair.client.setSoLinger(true, 0);
      pair.client.close();
      await().until(() -> peer.events.contains("left"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResetIsReportedToWhoWaitsToWrite(Kind kind) throws Exception {
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      peer.sendAll(ByteBuffer.wrap(new byte[20_000_000]));
      pair.client.setSoLinger(true, 0);
      pair.client.close();
      await().until(() -> peer.events.contains("left"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsSentAfterTheEnd(Kind kind) throws Exception {
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      peer.link.close();
      assertThatThrownBy(() -> peer.link.send(ByteBuffer.wrap(new byte[1])))
          .isInstanceOf(IOException.class);
      peer.link.armWrite();
      await().until(() -> peer.events.size() == 1);
      assertThat(peer.events).containsExactly("closed");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aChannelThatIsClosedAlreadyEndsAtOnce(Kind kind) throws Exception {
    try (var reactor = kind.reactor();
        var pair = new Pair()) {
      pair.server.close();
      try (var peer = new RecordingPeer(reactor, pair)) {
        await().until(() -> peer.events.size() == 1);
        assertThat(peer.events).containsExactly("closed");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfTheReactorClosesAllSockets(Kind kind) throws Exception {
    var pairs = new ArrayList<Pair>();
    var peers = new ArrayList<RecordingPeer>();
    var reactor = kind.reactor();
    for (int i = 0; i < 50; i++) {
      pairs.add(new Pair());
      peers.add(new RecordingPeer(reactor, pairs.get(i)));
    }
    reactor.close();
    for (int i = 0; i < 50; i++) {
      RecordingPeer peer = peers.get(i);
      assertThat(pairs.get(i).client.getInputStream().read()).isEqualTo(-1);
      await().until(() -> peer.events.contains("closed"));
      pairs.get(i).close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void thePeerSeesTheEndWhileTheReactorIsBusy(Kind kind) throws Exception {
    var busy = new CountDownLatch(1);
    var free = new CountDownLatch(1);
    try (var reactor = kind.reactor();
        var pair = new Pair();
        var peer = new RecordingPeer(reactor, pair)) {
      reactor.execute(
          () -> {
            busy.countDown();
            waitFor(free);
          });
      busy.await();
      pair.client.getOutputStream().write(1); // Unread at the close, which therefore resets.

      peer.link.close();

      pair.client.setSoTimeout(10_000);
      assertThat(pair.client.getInputStream().read()).isEqualTo(-1);
    } finally {
      free.countDown();
    }
  }

  /** As by a child process that was started while the connection was open. */
  @ParameterizedTest
  @EnumSource
  void aSocketThatIsKeptOpenElsewhereIsWatchedNoLonger(Kind kind) throws Exception {
    var numbers = new ArrayList<Integer>();
    try (var reactor = kind.reactor();
        var next = new Pair();
        var pair = new Pair();
        var _ = new Kept(LinuxSocket.duplicate(pair.server))) {
      int watched = LinuxSocket.duplicate(next.server);
      LinuxSocket.close(watched); // The lowest number that is free: the link takes it.
      try (var peer = new RecordingPeer(reactor, pair)) {
        peer.sendAll(ByteBuffer.wrap(new byte[20_000_000]));
        peer.link.close();
        await().until(() -> peer.events.contains("closed"));
      }
      for (int number = -1; number < watched; ) {
        number = LinuxSocket.duplicate(next.server);
        numbers.add(number);
      }
      LinuxSocket.close(numbers.removeLast()); // Again the lowest: the next link takes it.

      try (var peer = new RecordingPeer(reactor, next)) {
        oneTurn(reactor);
        assertThat(peer.events).isEmpty();
      }
    } finally {
      numbers.forEach(LinuxSocket::close);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aReactorIsWokenInAProcessWithManyOpenFiles(Kind kind) throws Exception {
    var files = new ArrayList<FileInputStream>();
    try {
      for (int i = 0; i < 1_100; i++) {
        files.add(new FileInputStream("/dev/null"));
      }
      try (var reactor = kind.reactor()) {
        for (int i = 0; i < 100; i++) { // Between two of them it sleeps.
          oneTurn(reactor);
        }
      }
    } finally {
      for (FileInputStream file : files) {
        file.close();
      }
    }
  }

  /**
   * Sockets come and go on many threads, while others still write to them, so that numbers of
   * descriptors are soon used again: no byte may reach another peer, and each socket ends once.
   */
  @ParameterizedTest
  @EnumSource
  void aSocketThatIsClosedWhileItIsWrittenToHarmsNoOther(Kind kind) throws Exception {
    var failures = new ConcurrentLinkedQueue<String>();
    try (var reactor = kind.reactor()) {
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 4; i++) {
        byte first = (byte) (i * 32);
        threads.add(Thread.ofPlatform().start(() -> comeAndGo(reactor, first, failures)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
  }

  private static void oneTurn(Reactor reactor) throws InterruptedException {
    var over = new CountDownLatch(1);
    reactor.execute(() -> reactor.execute(over::countDown));
    over.await();
  }

  private static void waitFor(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void comeAndGo(Reactor reactor, byte first, Queue<String> failures) {
    try {
      for (int i = 0; i < 15; i++) {
        byte own = (byte) (first + i % 32);
        byte[] bytes = new byte[100];
        Arrays.fill(bytes, own);
        try (var pair = new Pair();
            var peer = new RecordingPeer(reactor, pair)) {
          Thread writer = Thread.ofPlatform().start(() -> sendUntilClosed(peer.link, bytes));
          byte[] got = new byte[64 * 1024];
          for (int n = pair.client.getInputStream().read(got); n >= 0; ) {
            for (int at = 0; at < n; at++) {
              if (got[at] != own) {
                failures.add("expected " + own + " and got " + got[at]);
              }
            }
            peer.link.close();
            n = pair.client.getInputStream().read(got);
          }
          writer.join();
          await().until(() -> peer.events.contains("closed"));
          if (peer.events.stream().filter("closed"::equals).count() != 1) {
            failures.add("" + peer.events);
          }
        }
      }
    } catch (Exception e) {
      failures.add("" + e);
    }
  }

  private static void sendUntilClosed(Link link, byte[] bytes) {
    try {
      while (true) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
          link.send(rest);
        }
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  /** A connection; the server's side is not blocking. */
  private static final class Pair implements AutoCloseable {
    final Socket client = new Socket();
    final SocketChannel server;

    Pair() throws IOException {
      try (var listener = ServerSocketChannel.open()) {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        client.connect(listener.getLocalAddress());
        server = listener.accept();
      }
      server.setOption(StandardSocketOptions.TCP_NODELAY, true);
      server.configureBlocking(false);
    }

    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }

  /** Another descriptor of a socket. */
  private record Kept(int number) implements AutoCloseable {
    @Override
    public void close() {
      LinuxSocket.close(number);
    }
  }

  private static final class RecordingPeer implements Link.Peer, AutoCloseable {
    final List<String> events = new CopyOnWriteArrayList<>();
    final AtomicInteger input = new AtomicInteger();
    final Link link;
    volatile Runnable onWritable = () -> {};

    RecordingPeer(Reactor reactor, Pair pair) {
      this.link = reactor.adopt(pair.server, this);
    }

    void sendAll(ByteBuffer rest) {
      try {
        link.send(rest);
        if (rest.hasRemaining()) {
          link.armWrite();
        }
      } catch (IOException e) {
        events.add("failed");
      }
    }

    @Override
    public void input(int bytes) {
      input.addAndGet(bytes);
    }

    @Override
    public void left() {
      events.add("left");
    }

    @Override
    public void writable() {
      events.add("writable");
      onWritable.run();
    }

    @Override
    public void closed() {
      events.add("closed");
    }

    @Override
    public void close() {
      link.close();
    }
  }
}
