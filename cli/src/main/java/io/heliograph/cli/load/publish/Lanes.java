package io.heliograph.cli.load.publish;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Envelope;
import io.heliograph.cli.load.meter.ErrorKind;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.SentLog;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.option.Header;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Carries planned publishes out. Each lane is a virtual thread with one connection that posts one
 * event after the other; all events to a user take the same lane, and all broadcasts another, so
 * that the order in which the server accepts them is the order of their numbers.
 */
public final class Lanes implements AutoCloseable {
  // Servers close idle connections, some after 5 s. Whoever writes into one that is being closed
  // learns nothing of what became of the event.
  private static final long IDLE_NANOS = Duration.ofSeconds(4).toNanos();

  private final Target target;
  private final Meter meter;
  private final int size;
  private final long maxLagNanos;
  private final List<Lane> lanes = new ArrayList<>();
  private final AtomicLong waiting = new AtomicLong();

  /** A planned publish; to everybody where there is no user. */
  private record Job(@Nullable UserMeter user, long intendedNanos) {}

  /** Starts so many lanes beside that of broadcasts; what cannot begin within maxLag is dropped. */
  public Lanes(
      Target target, Meter meter, int count, int size, Duration maxLag, List<InetAddress> sources) {
    this.target = target;
    this.meter = meter;
    this.size = size;
    this.maxLagNanos = maxLag.toNanos();
    List<Header> headers = target.allPublishHeaders();
    for (int i = 0; i <= count; i++) {
      InetAddress source = sources.isEmpty() ? null : sources.get(i % sources.size());
      lanes.add(new Lane(source, headers));
    }
  }

  /** Never blocks. */
  void publish(UserMeter user, long intendedNanos) {
    lanes.get(1 + user.index() % (lanes.size() - 1)).add(new Job(user, intendedNanos));
  }

  /** Never blocks. */
  void broadcast(long intendedNanos) {
    lanes.getFirst().add(new Job(null, intendedNanos));
  }

  /** How many are planned and not yet done. */
  public long waiting() {
    return waiting.get();
  }

  /** Ends the lanes as they stand; once this returns, they write to the meter no more. */
  @Override
  public void close() throws InterruptedException {
    for (Lane lane : lanes) {
      lane.thread.interrupt();
    }
    for (Lane lane : lanes) {
      lane.thread.join();
      // It was the server's turn, or they would have begun.
      lane.jobs.forEach(job -> meter.count(Count.PUBLISH_UNSENT));
    }
  }

  private final class Lane {
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();
    private final @Nullable InetAddress source;
    private final List<Header> headers;
    private final Thread thread;
    private @Nullable Post connection;
    private long freeSince = System.nanoTime();

    Lane(@Nullable InetAddress source, List<Header> headers) {
      this.source = source;
      this.headers = headers;
      this.thread = Thread.ofVirtual().name("lane").start(this::run);
    }

    void add(Job job) {
      waiting.incrementAndGet();
      meter.count(Count.PUBLISH_PLANNED);
      jobs.add(job);
    }

    private void run() {
      try {
        while (true) {
          Job job = jobs.take();
          try {
            publish(job);
          } finally {
            waiting.decrementAndGet();
          }
        }
      } catch (InterruptedException e) {
        // The end: what is still waiting is not begun any more.
      } finally {
        if (connection != null) {
          connection.close();
        }
      }
    }

    private void publish(Job job) {
      long now = System.nanoTime();
      if (now - job.intendedNanos > maxLagNanos) {
        // Of the two who may be late it was the server, where the lane still waited for it.
        boolean server = freeSince - job.intendedNanos > maxLagNanos;
        meter.count(server ? Count.PUBLISH_UNSENT : Count.PUBLISH_DROPPED);
        return;
      }
      // While the lane waited for the server, it was the server that was late.
      if (meter.measures(job.intendedNanos)) {
        meter.record(Timing.GENERATOR_LAG, now - Math.max(job.intendedNanos, freeSince));
      }
      if (now - freeSince > IDLE_NANOS && connection != null) {
        connection.close();
      }
      try {
        send(job);
      } finally {
        freeSince = System.nanoTime();
      }
    }

    private void send(Job job) {
      UserMeter user = job.user;
      SentLog log = user == null ? meter.broadcasts() : user.sent();
      String name = user == null ? "" : user.name();
      URI uri =
          user == null ? URI.create(String.valueOf(target.broadcastUrl())) : target.publish(name);
      Post to = connection;
      if (to == null) {
        to = Post.to(target, uri, source, headers);
        connection = to;
      }
      if (!to.isOpen()) {
        try {
          to.open();
        } catch (IOException e) {
          meter.count(Count.PUBLISH_REJECTED); // Nothing was sent: no number was used.
          meter.error("publish-" + ErrorKind.of(e, "connect-failed"));
          return;
        }
      }
      long sequence = log.next();
      var envelope =
          new Envelope(
              meter.run(),
              user == null ? Envelope.EVERYBODY : user.index(),
              sequence,
              job.intendedNanos,
              System.nanoTime());
      try {
        int status = to.post(uri, target.body(name, envelope.text(size)));
        answered(job, log, sequence, status);
      } catch (IOException e) {
        to.close();
        log.unsure(sequence);
        meter.count(Count.PUBLISH_INDETERMINATE);
        meter.error("publish-" + ErrorKind.of(e, "broken"));
      }
    }

    private void answered(Job job, SentLog log, long sequence, int status) {
      if (status >= 200 && status < 300) {
        meter.count(Count.PUBLISH_ACCEPTED);
        if (meter.measures(job.intendedNanos)) {
          meter.record(Timing.PUBLISH_ACK, System.nanoTime() - job.intendedNanos);
        }
      } else if (status < 500 || status == 503) {
        log.refused(sequence);
        meter.count(Count.PUBLISH_REJECTED);
        if (status != 503) { // A server that restarts says 503, which a storm may want.
          meter.count(Count.PUBLISH_REFUSED);
        }
        meter.error("publish-http-" + status);
      } else {
        // A gateway does not know what became of it either.
        log.unsure(sequence);
        meter.count(Count.PUBLISH_INDETERMINATE);
        meter.error("publish-http-" + status);
      }
    }
  }
}
