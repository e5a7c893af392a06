package io.heliograph.cli.publish;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.Publication;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends many events, in order, as many in a request as are there.
 *
 * <p>A thread of its own reads and sends, for it may wait for its input, and nothing ends that but
 * the process. The main thread waits for its end, or for a signal.
 */
final class StreamTask {
  /** How long lines wait for a server that has answered before. */
  private static final Duration OUTAGE = Duration.ofSeconds(40);

  private static final int BATCH = 500;
  private static final long LAST_ANSWER_MILLIS = 1500; // The signal's own limit is 2 s.

  private final Shell shell;
  private final URI server;
  private final Access access;
  private final Answers answers;
  private final List<List<String>> groups;
  private final CompletableFuture<ExitCode> stop = new CompletableFuture<>();
  // Whether a request is under way, and not just a wait for more input.
  private volatile boolean sending;
  // Guarded by this.
  private long accepted;
  private long refused;

  /** Each group gets each event: lists of at most 1,000 users; an empty one is everybody. */
  StreamTask(Shell shell, URI server, Access access, Answers answers, List<List<String>> groups) {
    this.shell = shell;
    this.server = server;
    this.access = access;
    this.answers = answers;
    this.groups = groups;
  }

  ExitCode run(Source source) throws InterruptedException {
    long startedNanos = System.nanoTime();
    var done = new CompletableFuture<ExitCode>();
    shell.onFirstSignal(stop::complete);
    Thread.ofPlatform().daemon().name("publish").start(() -> work(source, done));
    ExitCode exit = await(done);
    synchronized (this) {
      int users = groups.stream().mapToInt(List::size).sum();
      answers.summary(accepted, refused, source.unit(), users, System.nanoTime() - startedNanos);
      return exit == ExitCode.OK && refused > 0 ? ExitCode.REFUSED : exit;
    }
  }

  private ExitCode await(CompletableFuture<ExitCode> done) throws InterruptedException {
    try {
      CompletableFuture.anyOf(done, stop).get();
      if (stop.isDone()) {
        if (sending) {
          done.get(LAST_ANSWER_MILLIS, TimeUnit.MILLISECONDS);
        }
        return stop.get();
      }
      return done.get();
    } catch (TimeoutException e) {
      return stop.join(); // Of the last request it stays unknown what became of it.
    } catch (ExecutionException e) {
      throw new IllegalStateException("publishing failed", e.getCause());
    }
  }

  private void work(Source source, CompletableFuture<ExitCode> done) {
    // If the server was never reached, the address is probably mistyped; later outages are retried.
    try (EventPublisher first = access.quickPublisher(server);
        EventPublisher others = access.to(EventPublisher.builder(server).timeout(OUTAGE)).build()) {
      done.complete(send(source, first, others));
    } catch (Throwable e) {
      done.completeExceptionally(e);
    }
  }

  private ExitCode send(Source source, EventPublisher first, EventPublisher others)
      throws InterruptedException {
    EventPublisher publisher = first;
    while (!stop.isDone()) {
      List<Source.Item> items;
      try {
        items = source.next(BATCH);
      } catch (IOException | Source.BadLineException e) {
        return answers.failed(ExitCode.USAGE, 0, String.valueOf(e.getMessage()), "");
      }
      if (items.isEmpty()) {
        return ExitCode.OK;
      }
      var told = new Told(items, source.unit());
      sending = true;
      try {
        publisher.publishAll(publications(items), told::result);
        publisher = others;
      } catch (PublishException e) {
        return answers.failed(
            e, source.unit() + " " + told.next() + ": ", access.network().proxyHint(server));
      } finally {
        sending = false;
      }
    }
    return ExitCode.OK;
  }

  private Iterator<Publication> publications(List<Source.Item> items) {
    var all = new ArrayList<Publication>(items.size() * groups.size());
    for (Source.Item item : items) {
      for (List<String> users : groups) {
        all.add(new Publication(users, item.event()));
      }
    }
    return all.iterator();
  }

  /** Tells the results of one call, which come in the order of its items. */
  private final class Told {
    private final List<Source.Item> items;
    private final String unit;
    private final long sentNanos = System.nanoTime();
    private int count;
    private boolean refusedOne;

    Told(List<Source.Item> items, String unit) {
      this.items = items;
      this.unit = unit;
    }

    /** The number of the first item of which not all is known. */
    long next() {
      return items.get(Math.min(count / groups.size(), items.size() - 1)).number();
    }

    void result(Publication publication, PublishResult result) {
      Source.Item item = items.get(count / groups.size());
      count++;
      switch (result) {
        case PublishResult.Accepted one ->
            tell(item, publication.users().isEmpty() ? null : publication.users().getFirst(), one);
        case PublishResult.AcceptedForUsers many ->
            many.users().forEach((user, one) -> tell(item, user, one));
        case PublishResult.Refused no -> {
          refusedOne = true;
          answers.refused(item, unit, publication, no);
        }
      }
      if (count % groups.size() == 0) {
        synchronized (StreamTask.this) {
          accepted += refusedOne ? 0 : 1;
          refused += refusedOne ? 1 : 0;
        }
        refusedOne = false;
      }
    }

    private void tell(Source.Item item, @Nullable String user, PublishResult.Accepted one) {
      if (answers.json()) {
        answers.accepted(item, unit, user, one, System.nanoTime() - sentNanos);
      }
    }
  }
}
