package io.heliograph.client.bench;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.background.BackgroundEventHandler;
import com.launchdarkly.eventsource.background.BackgroundEventSource;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.testkit.SseTestServer;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;

/**
 * What an idle stream costs its client: live heap after a full collection, memory of the process,
 * and platform threads. With JVM options or nothing it is the server and starts a JVM for each
 * client in turn, with those options; with {@code CLIENT URI STREAMS} it is such a client.
 */
public final class IdleStreams {
  private static final List<String> CLIENTS =
      List.of("heliograph", "okhttp-sse", "okhttp-eventsource");

  private IdleStreams() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    if (args.length == 3 && CLIENTS.contains(args[0])) {
      measure(args[0], URI.create(args[1]), Integer.parseInt(args[2]));
      return;
    }
    try (var server =
        SseTestServer.start(exchange -> exchange.open().event("1", "t", "hello").silence())) {
      for (int round = 0; round < 3; round++) {
        for (String client : CLIENTS) {
          var command = new ArrayList<String>();
          command.add(System.getProperty("java.home") + File.separator + "bin/java");
          command.add("-Xmx1g");
          command.addAll(List.of(args));
          command.addAll(List.of("-cp", System.getProperty("java.class.path")));
          command.add(IdleStreams.class.getName());
          command.addAll(List.of(client, server.uri().toString(), "2000"));
          int code = new ProcessBuilder(command).inheritIO().start().waitFor();
          if (code != 0) {
            throw new IllegalStateException(client + " ended with " + code);
          }
          server.awaitConnections(0);
        }
      }
    }
  }

  private static void measure(String client, URI uri, int streams) throws Exception {
    var kept = new ArrayList<Object>();
    open(client, uri, 50, kept); // Loads the classes.
    long heap = heap();
    long process = process();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    open(client, uri, streams, kept);
    System.out.printf(
        "%-20s %.1f KiB heap, %.1f KiB process, %.3f platform threads a stream%n",
        client,
        (heap() - heap) / 1024.0 / streams,
        (process() - process) / 1024.0 / streams,
        (ManagementFactory.getThreadMXBean().getThreadCount() - threads) / (double) streams);
    Runtime.getRuntime().halt(kept.isEmpty() ? 1 : 0);
  }

  private static void open(String client, URI uri, int streams, List<Object> kept)
      throws InterruptedException {
    var opened = new CountDownLatch(streams);
    switch (client) {
      case "heliograph" -> {
        var one = SseClient.create(uri);
        kept.add(one);
        for (int i = 0; i < streams; i++) {
          SseListener listener = event -> opened.countDown();
          kept.add(one.subscribe(listener));
        }
      }
      case "okhttp-sse" -> {
        var dispatcher = new Dispatcher(); // By default the sixth stream to a host would wait.
        dispatcher.setMaxRequests(streams);
        dispatcher.setMaxRequestsPerHost(streams);
        var one =
            new OkHttpClient.Builder()
                .dispatcher(dispatcher)
                .readTimeout(java.time.Duration.ofMinutes(5))
                .build();
        var factory = EventSources.createFactory((okhttp3.Call.Factory) one);
        for (int i = 0; i < streams; i++) {
          kept.add(
              factory.newEventSource(
                  new Request.Builder().url(uri.toString()).build(),
                  new EventSourceListener() {
                    @Override
                    public void onOpen(EventSource source, Response response) {
                      opened.countDown();
                    }
                  }));
        }
      }
      case "okhttp-eventsource" -> {
        for (int i = 0; i < streams; i++) {
          var source =
              new BackgroundEventSource.Builder(
                      new Handler(opened),
                      new com.launchdarkly.eventsource.EventSource.Builder(
                          ConnectStrategy.http(uri)))
                  .build();
          source.start();
          kept.add(source);
        }
      }
      default -> throw new IllegalArgumentException(client);
    }
    opened.await();
  }

  private record Handler(CountDownLatch opened) implements BackgroundEventHandler {
    @Override
    public void onOpen() {}

    @Override
    public void onClosed() {}

    @Override
    public void onMessage(String type, MessageEvent event) {
      opened.countDown();
    }

    @Override
    public void onComment(String comment) {}

    @Override
    public void onError(Throwable error) {}
  }

  private static long heap() throws InterruptedException {
    Thread.sleep(4000); // Threads that are kept for the next event end.
    for (int i = 0; i < 4; i++) {
      System.gc();
      Thread.sleep(200); // What finalizes and cleans runs beside it.
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long process() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }
}
