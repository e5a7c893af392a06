package io.heliograph.cli.doctor;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.Exchange;
import io.heliograph.cli.access.Network;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Checks a stream step by step. Each step needs the one before: a failure ends the check. */
final class DoctorTask {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration AT_ONCE = Duration.ofSeconds(2);
  private static final Duration APART = Duration.ofMillis(400);
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final int EVENTS = 3;
  // More than any buffer that is usual.
  private static final int FLOOD_EVENTS = 16;
  private static final int FLOOD_BYTES = 2048;

  private final Patient patient;
  private final boolean quick;
  private final FindingPrinter report;
  private final Network network;
  private final String mark = UUID.randomUUID().toString();

  /** The stream that does not work; without a user nothing is published. */
  record Patient(URI stream, URI server, @Nullable String user, Access access) {}

  DoctorTask(Patient patient, boolean quick, FindingPrinter report) {
    this.patient = patient;
    this.quick = quick;
    this.report = report;
    network = patient.access().network();
  }

  void run() throws IOException, InterruptedException {
    if (!new Reach(patient.stream(), network, report).works()) {
      return;
    }
    try (Probe probe = probe("");
        EventPublisher publisher =
            patient
                .access()
                .to(EventPublisher.builder(patient.server()).timeout(PATIENCE))
                .build()) {
      if (opens(probe, publisher)) {
        follow(probe, publisher);
      }
    }
  }

  /** Whether it is a stream. */
  private boolean opens(Probe probe, EventPublisher publisher)
      throws IOException, InterruptedException {
    long started = System.nanoTime();
    Exchange.Head head;
    try {
      head = probe.head(PATIENCE);
      if (head == null) {
        boolean flooded = flood(publisher) && probe.head(AT_ONCE) != null;
        head = flooded ? null : probe.head(PATIENCE);
        if (head == null) {
          report.print(Diagnosis.noAnswer(PATIENCE, flooded));
          return false;
        }
      }
    } catch (IOException e) {
      report.print(noAnswer(Objects.requireNonNull(e.getCause())));
      return false;
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    String body = Diagnosis.isStream(head) ? "" : probe.refusal(PATIENCE);
    Finding status =
        Diagnosis.status(head.status(), head.protocol(), took, head.header("location"), body);
    report.print(status);
    if (status.verdict() == Finding.Verdict.FAIL) {
      return false;
    }
    List<Finding> headers = Diagnosis.headers(head, body);
    headers.forEach(report::print);
    return headers.stream().noneMatch(finding -> finding.verdict() == Finding.Verdict.FAIL);
  }

  private Finding noAnswer(Throwable failure) {
    String proxy = network.proxyHint(patient.stream());
    return Finding.fail(
        ExitCode.NETWORK,
        "status",
        "no answer: " + failure.getMessage(),
        proxy.isEmpty()
            ? "the port does not speak HTTP, or a proxy closed the connection"
            : "the proxy cannot reach the server, rejects the request, or is not a proxy",
        proxy.isEmpty()
            ? "try https instead of http, or the reverse; contact the server without the proxy"
            : proxy);
  }

  private void follow(Probe probe, EventPublisher publisher)
      throws IOException, InterruptedException {
    if (!firstByte(probe)) {
      return;
    }
    // It may come after the comment that was the first byte.
    probe.await(0, item -> item.event() != null, APART);
    report.print(
        probe
            .retry()
            .map(delay -> Finding.ok("retry", delay.toMillis() + " ms, set by the server"))
            .orElseGet(() -> Finding.skip("retry", "the server sets none; clients choose")));
    if (patient.user() == null) {
      report.print(Finding.skip("frames", "nothing is published to a --url"));
      heartbeat(probe);
    } else {
      try {
        if (frames(probe, patient.user(), publisher)) {
          resume(probe, patient.user(), publisher);
        }
      } catch (PublishException e) {
        report.print(cannotPublish(e));
        heartbeat(probe);
      }
    }
    report.print(Diagnosis.lines(probe.dropped()));
  }

  /** Whether the stream has begun, or still may. */
  private boolean firstByte(Probe probe) throws InterruptedException {
    long started = System.nanoTime();
    boolean came = probe.awaitBytes(PATIENCE);
    if (!came && probe.over()) {
      report.print(Diagnosis.ended("first byte", Duration.ofNanos(System.nanoTime() - started)));
      return false;
    }
    report.print(
        came
            ? Finding.ok("first byte", "after the head" + TextLine.since(started))
            : Finding.warn(
                "first byte",
                "none in " + TextLine.span(PATIENCE),
                "the server has nothing to send, or a proxy buffers the stream",
                "a server should send a comment at once, so that readers know that it is there"));
    return true;
  }

  /** Whether events come one by one. */
  private boolean frames(Probe probe, String user, EventPublisher publisher)
      throws InterruptedException {
    List<Long> sent = new ArrayList<>();
    List<Long> seen = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      if (i > 0) {
        Thread.sleep(APART);
      }
      publish(publisher, user, "frame-" + i);
      sent.add(System.nanoTime());
    }
    for (int i = 0; i < EVENTS; i++) {
      Probe.Item line = probe.await(0, of("frame-" + i), PATIENCE);
      if (line == null) {
        report.print(
            probe.over()
                ? Diagnosis.ended("frames", Duration.ofNanos(System.nanoTime() - sent.getLast()))
                : Diagnosis.missing(EVENTS, seen.size(), PATIENCE));
        return false;
      }
      seen.add(line.atNanos());
    }
    Finding frames = Diagnosis.frames(sent, seen);
    report.print(frames);
    return frames.verdict() == Finding.Verdict.OK;
  }

  private void resume(Probe probe, String user, EventPublisher publisher)
      throws IOException, InterruptedException {
    String id = probe.lastEventId();
    probe.close();
    publish(publisher, user, "missed");
    try (Probe again = probe(id)) {
      Exchange.Head head = again.head(PATIENCE);
      if (head != null && !Diagnosis.isStream(head)) {
        report.print(Diagnosis.notAdmittedAgain(head.status()));
        return;
      }
      Probe.Item first =
          again.await(0, item -> of("missed").test(item) || isOfType("stream.gap", item), PATIENCE);
      report.print(
          Diagnosis.resumed(first != null, first != null && isOfType("stream.gap", first)));
      heartbeat(again);
    }
  }

  private void heartbeat(Probe probe) throws IOException, InterruptedException {
    Exchange.Head head = probe.head(PATIENCE);
    String announced = head == null ? "" : head.header("sse-heartbeat-interval");
    if (quick) {
      report.print(Finding.skip("heartbeat", "--quick"));
    } else if (!announced.matches("\\d{1,4}")) {
      report.print(Finding.skip("heartbeat", "the server announces none"));
    } else {
      Duration interval = Duration.ofSeconds(Long.parseLong(announced));
      long started = System.nanoTime();
      Duration limit = interval.plusSeconds(2);
      // The rest of an event may still be on its way.
      int from = probe.count();
      boolean came = probe.await(from, DoctorTask::isHeartbeat, limit) != null;
      // While events come no heartbeat is due: it may be late by as long as they came.
      while (!came
          && !probe.over()
          && !busyFor(started, limit)
          && probe.silence().compareTo(limit) < 0) {
        came = probe.await(from, DoctorTask::isHeartbeat, limit.minus(probe.silence())) != null;
      }
      Duration waited = Duration.ofNanos(System.nanoTime() - started);
      boolean silent = probe.silence().compareTo(limit) >= 0;
      report.print(
          came || !probe.over()
              ? Diagnosis.heartbeat(waited, interval, came, silent)
              : Diagnosis.ended("heartbeat", waited));
    }
  }

  /** A stream that is busy for so long proves itself alive. */
  private static boolean busyFor(long startedNanos, Duration limit) {
    return System.nanoTime() - startedNanos >= limit.toNanos() * 2;
  }

  /** Where events were skipped, their place comes instead (docs/protocol.md, "Filters"). */
  private static boolean isHeartbeat(Probe.Item item) {
    return item.event() == null || isOfType("stream.position", item);
  }

  private static boolean isOfType(String type, Probe.Item item) {
    return item.event() != null && item.event().type().equals(type);
  }

  /** Whether much was published, which fills the buffer of a proxy that has one. */
  private boolean flood(EventPublisher publisher) {
    if (patient.user() == null) {
      return false;
    }
    try {
      // By chance, so that a compressor cannot make it small again.
      var random = new Random();
      byte[] bytes = new byte[FLOOD_BYTES * 3 / 4];
      for (int i = 0; i < FLOOD_EVENTS; i++) {
        random.nextBytes(bytes);
        publish(publisher, patient.user(), Base64.getEncoder().encodeToString(bytes));
      }
      return true;
    } catch (PublishException e) {
      return false; // The silence is the finding; this was to learn more of it.
    }
  }

  private Finding cannotPublish(PublishException e) {
    if (e.status() == 401 || e.status() == 403) {
      return Finding.skip("frames", "the token does not allow publishing (scope 'publish')");
    }
    return Finding.fail(
        e.status() == 0 ? ExitCode.NETWORK : ExitCode.REFUSED,
        "frames",
        "publishing failed: " + e.getMessage(),
        "the stream reaches the server, but other requests do not",
        "let the proxy forward POST requests to /v1/");
  }

  private void publish(EventPublisher publisher, String user, String what) {
    publisher.publish(user, NewEvent.text("doctor.check", mark + what).ttl(KEPT));
  }

  private Predicate<Probe.Item> of(String what) {
    return item -> item.event() != null && item.event().data().contains(mark + what);
  }

  private Probe probe(String lastEventId) throws IOException {
    var headers = new HashMap<>(Map.of("Accept", "text/event-stream"));
    if (!lastEventId.isEmpty()) {
      headers.put("Last-Event-ID", lastEventId);
    }
    return new Probe(new Exchange(patient.access(), patient.stream(), headers, PATIENCE));
  }
}
