package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a tool that measures or records connections sees. */
@Timeout(120)
class AttemptObserverTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  /** All that one attempt tells. */
  private static final class Seen implements AttemptObserver {
    private final List<ConnectPhase> steps = new CopyOnWriteArrayList<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public void reached(ConnectPhase step) {
      steps.add(step);
    }

    @Override
    public void connected(Socket socket) {
      sockets.add(socket);
    }

    @Override
    public void received(ByteBuffer came) {
      assertThat(came.isReadOnly()).isTrue();
      while (came.hasRemaining()) {
        bytes.write(came.get());
      }
    }

    String text() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }

  @Test
  void seesTheStepsTheSocketAndTheBytesOfEachAttempt() {
    var attempts = new CopyOnWriteArrayList<Seen>();
    String first = ":\ndata: é" + "x".repeat(20_000) + "\n\nno field\n\n";
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.open().send(first);
                    case 2 -> exchange.open().send("data: 2\n\n");
                    default -> exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE)
                .tokens(renew -> "t")
                .request(attempt -> attempt.observe(added(attempts)))
                .build();
        var stream = client.open()) {
      read(stream);

      assertThat(attempts).hasSize(3);
      assertThat(attempts.get(0).steps)
          .containsExactly(ConnectPhase.TOKEN, ConnectPhase.CONNECT, ConnectPhase.RESPONSE);
      assertThat(attempts.get(1).steps).containsExactly(ConnectPhase.TOKEN, ConnectPhase.RESPONSE);
      assertThat(attempts.get(0).sockets).hasSize(1).isEqualTo(attempts.get(1).sockets);
      assertThat(attempts).extracting(Seen::text).containsExactly(first, "data: 2\n\n", "");
    }
  }

  @Test
  void seesTheBytesDecompressed() {
    var attempts = new CopyOnWriteArrayList<Seen>();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open("Content-Encoding: gzip");
                  try (var body = new GZIPOutputStream(exchange.body())) {
                    body.write("data: zipped\n\n".getBytes(StandardCharsets.US_ASCII));
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.never())
                .request(attempt -> attempt.observe(added(attempts)))
                .build();
        var stream = client.open()) {
      read(stream);

      assertThat(attempts).extracting(Seen::text).containsExactly("data: zipped\n\n");
    }
  }

  @Test
  void whatClosesItsSocketBreaksTheConnectionAndTheStreamComesBack() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().event("7", "", "a").silence();
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE)
                .request(attempt -> attempt.observe(new Cutter()))
                .build();
        var stream = client.open()) {
      List<Signal> signals = read(stream);

      assertThat(signals)
          .filteredOn(Signal.Disconnected.class::isInstance)
          .first()
          .satisfies(
              end ->
                  assertThat(((Signal.Disconnected) end).cause())
                      .isInstanceOf(Cause.ConnectionLost.class));
      assertThat(server.requests()).hasSize(2);
    }
  }

  /** Pulls the plug at the first byte. */
  private static final class Cutter implements AttemptObserver {
    private volatile Socket socket = new Socket();

    @Override
    public void connected(Socket connected) {
      socket = connected;
    }

    @Override
    public void received(ByteBuffer bytes) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void oneThatFailsHarmsNothing() {
    var failing =
        new AttemptObserver() {
          @Override
          public void reached(ConnectPhase step) {
            throw new IllegalStateException("provoked by a test");
          }

          @Override
          public void connected(Socket socket) {
            throw new AssertionError("provoked by a test");
          }

          @Override
          public void received(ByteBuffer bytes) {
            throw new IllegalStateException("provoked by a test");
          }
        };
    try (var server = SseTestServer.start(exchange -> exchange.open().event("a").silence());
        var client =
            SseClient.builder(server.uri()).request(attempt -> attempt.observe(failing)).build();
        var stream = client.open()) {
      assertThat(stream.iterator().next().data()).isEqualTo("a");
    }
  }

  private static Seen added(List<Seen> attempts) {
    var seen = new Seen();
    attempts.add(seen);
    return seen;
  }

  private static List<Signal> read(EventStream stream) {
    var signals = new ArrayList<Signal>();
    stream.signals().forEach(signals::add);
    return signals;
  }
}
