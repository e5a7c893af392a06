package io.heliograph.cli.demo;

import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Several nodes on one Redis, of which one is killed while events flow. */
final class ClusterDemo {
  private static final int READERS = 30;
  private static final String VICTIM = "node 2";
  private static final int ROUNDS_PER_SECOND = 10;
  private static final int LAST_ROUNDS = 15 * ROUNDS_PER_SECOND;
  private static final Duration OPEN_WITHIN = Duration.ofSeconds(20);

  private final Shell shell;
  private final CompletableFuture<ExitCode> end;
  private final List<Node> nodes = new ArrayList<>();
  private final List<Reader> readers = new ArrayList<>();
  private final AtomicLong received = new AtomicLong();
  private final AtomicLong doubled = new AtomicLong();
  private volatile long killedNanos;
  private long published;

  /** A server in a process of its own, and the way to publish there. */
  private record Node(ProcessHandle process, URI uri, EventPublisher publisher) {}

  /** Ends early if somebody completes the future. */
  ClusterDemo(Shell shell, CompletableFuture<ExitCode> end) {
    this.shell = shell;
    this.end = end;
  }

  /** Fails with an IOException if the nodes do not start. */
  ExitCode run(int count, Duration span) throws IOException, InterruptedException {
    say("starting", "redis-server, and %d nodes on it".formatted(count));
    Process script = script(count);
    try (var _ = script.getOutputStream()) { // The script ends all that it has started with it.
      read(script, count);
      follow();
      return counted(nodes.get(1), span.toMillis() * ROUNDS_PER_SECOND / 1000);
    }
  }

  private static Process script(int count) throws IOException {
    // The script changes the directory.
    String name = System.getProperty("heliograph.program", "sse-cli");
    String program = name.contains("/") ? Path.of(name).toAbsolutePath().toString() : name;
    try (InputStream text = ClusterDemo.class.getResourceAsStream("nodes.sh");
        var free = new ServerSocket(0)) {
      var script = new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8);
      String port = Integer.toString(free.getLocalPort());
      return new ProcessBuilder("sh", "-c", script, "sh", program, Integer.toString(count), port)
          .redirectErrorStream(true)
          .start();
    }
  }

  private void read(Process script, int count) throws IOException {
    var said = new StringBuilder();
    BufferedReader out = script.inputReader();
    while (nodes.size() < count) {
      String line = out.readLine();
      if (line == null) {
        throw new IOException("--nodes " + said.toString().strip());
      }
      said.append(line).append('\n');
      String[] words = line.split(" ", 2);
      if (words.length == 2 && words[1].startsWith("http://")) {
        URI uri = URI.create(words[1]);
        // What one node does not take the first one is to take.
        Duration patience = nodes.isEmpty() ? Duration.ofSeconds(1) : Duration.ZERO;
        nodes.add(
            new Node(
                ProcessHandle.of(Long.parseLong(words[0])).orElseThrow(),
                uri,
                EventPublisher.builder(uri).retryFor(patience).build()));
        say("node " + nodes.size(), uri + ", process " + words[0]);
      }
    }
  }

  /** Each node is the first choice of as many readers, and all readers know all nodes. */
  private void follow() throws InterruptedException {
    for (int i = 0; i < READERS; i++) {
      var uris = new ArrayList<>(nodes.stream().map(Node::uri).toList());
      URI first = uris.remove(i % uris.size());
      Collections.shuffle(uris);
      var client = SseClient.builder(first, uris.toArray(URI[]::new)).build();
      var reader = new Reader();
      readers.add(reader);
      client.subscribe(StreamSpec.user("user-" + i), reader).awaitOpen(OPEN_WITHIN);
    }
  }

  private void kill(Node victim) {
    killedNanos = System.nanoTime();
    victim.process().destroyForcibly();
    say("kill -9", VICTIM);
  }

  /** Publishes so many rounds, and waits until all has come. */
  private ExitCode counted(Node victim, long rounds) throws InterruptedException {
    for (long round = 0; round < rounds + LAST_ROUNDS && !end.isDone(); round++) {
      if (round == rounds / 2) {
        Thread.startVirtualThread(() -> kill(victim)); // In the middle of something.
      }
      if (round < rounds) {
        publish(round);
      } else if (received.get() == published) {
        break;
      }
      Thread.sleep(1000 / ROUNDS_PER_SECOND);
      if (round % ROUNDS_PER_SECOND == ROUNDS_PER_SECOND - 1) {
        row("missing");
      }
    }
    if (end.isDone()) {
      return end.join();
    }
    List<Reader> moved = readers.stream().filter(reader -> reader.moved).toList();
    long last = moved.stream().mapToLong(reader -> reader.openedNanos).max().orElse(killedNanos);
    String took = TextLine.span(Duration.ofNanos(last - killedNanos));
    say("moved", "%d readers of %s, within %s".formatted(moved.size(), VICTIM, took));
    row("lost");
    return received.get() == published && doubled.get() == 0 ? ExitCode.OK : ExitCode.INTERNAL;
  }

  /** One event to each user, through all nodes in turn. */
  private void publish(long round) {
    for (int i = 0; i < READERS; i++) {
      var event = NewEvent.text("demo", Long.toString(round)).idempotencyKey("round-" + round);
      try {
        nodes.get((int) ((round + i) % nodes.size())).publisher().publish("user-" + i, event);
      } catch (PublishException e) {
        // All nodes know the key: the event is published once, whatever became of the first try.
        nodes.getFirst().publisher().publish("user-" + i, event);
      }
      published++;
    }
  }

  private void row(String missing) {
    long here = received.get();
    var row =
        new StringBuilder(
            "published %-6d received %-6d %-7s %-4d doubled %-4d readers"
                .formatted(published, here, missing, published - here, doubled.get()));
    for (Node node : nodes) {
      row.append(' ').append(readers.stream().filter(r -> r.port == node.uri().getPort()).count());
    }
    try {
      shell.out().line(row.toString());
    } catch (IOException e) {
      end.complete(ExitCode.OK); // Its reader left.
    }
  }

  private void say(String what, String text) {
    shell.notices().say("%-10s  %s".formatted(what, text));
  }

  /** Counts the events of one user. */
  private final class Reader implements SseListener {
    // Confined to the thread of the stream.
    private final BitSet seen = new BitSet();
    private volatile int port;
    private volatile boolean moved;
    private volatile long openedNanos;

    @Override
    public void onEvent(Event event) {
      int round = Integer.parseInt(event.data());
      (seen.get(round) ? doubled : received).incrementAndGet();
      seen.set(round);
    }

    @Override
    public void onSignal(Signal signal) {
      if (signal instanceof Signal.Opened opened) {
        openedNanos = System.nanoTime();
        moved = port != 0 && port != opened.uri().getPort();
        port = opened.uri().getPort();
      }
    }
  }
}
