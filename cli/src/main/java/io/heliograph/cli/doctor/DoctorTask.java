package io.heliograph.cli.doctor;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.Detour;
import io.heliograph.cli.access.Network;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Goes the way of a stream. Each step is the ground of the next: after a failure it ends. */
final class DoctorTask {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration APART = Duration.ofMillis(400);
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final int EVENTS = 3;
  // More than any buffer that is usual.
  private static final int FLOOD_EVENTS = 16;
  private static final int FLOOD_BYTES = 2048;

  private final Patient patient;
  private final boolean quick;
  private final FindingPrinter report;
  private final OkHttpClient client;
  private final Network network;
  private final @Nullable Detour detour;
  private final Duration connectPatience;
  // The server's, or those of the proxy that all goes through.
  private final String host;
  private final int port;
  private final String mark = UUID.randomUUID().toString();

  /**
   * The stream that does not work.
   *
   * @param user who can be published to; null where nothing is to be published
   */
  record Patient(URI stream, URI server, @Nullable String user, Access access) {}

  DoctorTask(Patient patient, boolean quick, FindingPrinter report) {
    this.patient = patient;
    this.quick = quick;
    this.report = report;
    network = patient.access().network();
    client =
        network
            .to(
                new OkHttpClient.Builder()
                    .connectTimeout(PATIENCE)
                    .readTimeout(Duration.ZERO)
                    .retryOnConnectionFailure(false)
                    .followRedirects(false))
            .build();
    Duration connect = network.connectTimeout();
    connectPatience = connect == null ? PATIENCE : connect;
    URI stream = patient.stream();
    detour = network.detour(stream);
    if (network.proxy(stream).address() instanceof InetSocketAddress proxy) {
      host = proxy.getHostString();
      port = proxy.getPort();
    } else {
      host = WebAddress.host(stream);
      port = WebAddress.port(stream);
    }
  }

  private boolean isTls() {
    return "https".equalsIgnoreCase(patient.stream().getScheme());
  }

  void run() throws IOException, InterruptedException {
    InetAddress[] addresses = dns();
    if (addresses.length == 0 || !connects(addresses)) {
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

  private InetAddress[] dns() {
    long started = System.nanoTime();
    try {
      InetAddress[] all = InetAddress.getAllByName(host);
      String more = all.length == 1 ? "" : " and " + (all.length - 1) + " more";
      report.print(
          Finding.ok(
              "dns",
              (detour == null ? host : detour.toString())
                  + " is "
                  + all[0].getHostAddress()
                  + more
                  + took(started)));
      return all;
    } catch (UnknownHostException e) {
      report.print(
          Finding.fail(
              ExitCode.NETWORK,
              "dns",
              "nobody knows the name " + host + (detour == null ? "" : " of " + detour),
              "a typo, or the name is known in another network only (VPN, container, cluster)",
              "look it up where it works:  getent hosts " + host));
      return new InetAddress[0];
    }
  }

  /** To the first address that answers, as clients do: a server may listen on one of them only. */
  private boolean connects(InetAddress[] addresses) {
    List<String> failures = new ArrayList<>();
    for (InetAddress address : addresses) {
      String place = address.getHostAddress() + " port " + port;
      long started = System.nanoTime();
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, port), (int) connectPatience.toMillis());
        report.print(Diagnosis.connected(place + took(started), failures));
        return connected(socket);
      } catch (IOException e) {
        failures.add(place + ": " + e.getMessage());
      }
    }
    report.print(
        Finding.fail(
            ExitCode.NETWORK,
            "tcp",
            (detour == null ? "" : detour + ": ") + String.join("; ", failures),
            "nothing listens there (refused), or a firewall drops the packets (timed out)",
            detour != null
                ? detour.hint()
                : "is the server running, on this port, and on more than 127.0.0.1?  To start"
                    + " one:  sse-cli serve"));
    return false;
  }

  private boolean connected(Socket socket) throws IOException {
    socket.setSoTimeout((int) connectPatience.toMillis());
    if (isTls() && detour == null) {
      return shakesHands(socket);
    }
    return noTls(isTls() ? "behind the proxy; the next step does it" : "the URL is http");
  }

  private boolean noTls(String why) {
    report.print(Finding.skip("tls", why));
    return true;
  }

  private boolean shakesHands(Socket socket) {
    long started = System.nanoTime();
    try (SSLSocket tls = (SSLSocket) network.tlsSockets().createSocket(socket, host, port, false)) {
      if (network.checksNames()) {
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        tls.setSSLParameters(parameters);
      }
      tls.startHandshake();
      report.print(Finding.ok("tls", tls.getSession().getProtocol() + took(started)));
      return true;
    } catch (IOException e) {
      report.print(Diagnosis.tls(e, host, port));
      return false;
    }
  }

  /** Whether it is a stream. */
  private boolean opens(Probe probe, EventPublisher publisher) throws InterruptedException {
    long started = System.nanoTime();
    Probe.Head head;
    try {
      head = probe.head(PATIENCE);
      if (head == null) {
        boolean flooded = flood(publisher) && probe.head(PATIENCE) != null;
        report.print(Diagnosis.noAnswer(PATIENCE, flooded));
        return false;
      }
    } catch (IOException e) {
      report.print(noAnswer(Objects.requireNonNull(e.getCause())));
      return false;
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    Finding status =
        head.response().code() == 407 && detour != null
            ? Finding.fail(
                ExitCode.REFUSED,
                "status",
                "407 " + head.response().protocol() + " in " + TextLine.span(took),
                "the proxy does not know who asks",
                detour.wantsCredentials())
            : Diagnosis.status(
                head.response().code(),
                head.response().protocol().toString(),
                took,
                Objects.requireNonNullElse(head.response().header("Location"), ""),
                head.refusal());
    report.print(status);
    if (status.verdict() == Finding.Verdict.FAIL) {
      return false;
    }
    // As they came: OkHttp undoes a compression, and takes its header away.
    List<Finding> headers =
        Diagnosis.headers(Objects.requireNonNull(head.response().networkResponse()).headers());
    headers.forEach(report::print);
    return headers.stream().noneMatch(finding -> finding.verdict() == Finding.Verdict.FAIL);
  }

  private Finding noAnswer(Throwable failure) {
    Optional<String> blame = detour == null ? Optional.empty() : detour.blame(failure);
    return Finding.fail(
        ExitCode.NETWORK,
        "status",
        "no answer: " + blame.orElse(String.valueOf(failure.getMessage())),
        blame.isPresent()
            ? "the proxy does not reach the server, may not, or is no such proxy"
            : "what listens there does not speak HTTP, or a proxy cut the connection",
        blame.isPresent() && detour != null
            ? detour.hint()
            : "try the other of http and https; ask the server itself, without the proxy");
  }

  private void follow(Probe probe, EventPublisher publisher)
      throws IOException, InterruptedException {
    firstByte(probe);
    // It may stand behind the comment that was the first byte.
    probe.await(0, line -> line.startsWith("retry:") || line.isEmpty(), APART);
    String retry = probe.last("retry");
    report.print(
        retry.isEmpty()
            ? Finding.skip("retry", "the server does not say; clients choose")
            : Finding.ok("retry", retry + " ms, said the server"));
    if (patient.user() == null) {
      report.print(Finding.skip("frames", "nothing is published to a --url"));
      heartbeat(probe);
      return;
    }
    try {
      if (!frames(probe, patient.user(), publisher)) {
        return;
      }
      resume(probe, patient.user(), publisher);
    } catch (PublishException e) {
      report.print(cannotPublish(e));
      heartbeat(probe);
    }
  }

  private void firstByte(Probe probe) throws InterruptedException {
    long started = System.nanoTime();
    if (probe.await(0, line -> true, PATIENCE) != null) {
      report.print(Finding.ok("first byte", "after the head" + took(started)));
    } else {
      report.print(
          Finding.warn(
              "first byte",
              "none in " + TextLine.span(PATIENCE),
              "the server has nothing to say, or something on the way collects it",
              "a server should send a comment at once, so that its readers know"));
    }
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
      Probe.Line line = probe.await(0, of("frame-" + i), PATIENCE);
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
    // The id stands behind the data, maybe in the next packet; the end of the block, too.
    String id = probe.last("id");
    probe.close();
    publish(publisher, user, "missed");
    try (Probe again = probe(id)) {
      Probe.Line first =
          again.await(
              0, line -> of("missed").test(line) || line.equals("event: stream.gap"), PATIENCE);
      report.print(
          Diagnosis.resumed(first != null, first != null && first.text().startsWith("event:")));
      heartbeat(again);
    }
  }

  private void heartbeat(Probe probe) throws IOException, InterruptedException {
    Probe.Head head = probe.head(PATIENCE);
    String announced = head == null ? null : head.response().header("Sse-Heartbeat-Interval");
    if (quick) {
      report.print(Finding.skip("heartbeat", "--quick"));
    } else if (announced == null || !announced.matches("\\d{1,4}")) {
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
  private static boolean isHeartbeat(String line) {
    return line.startsWith(":") || line.equals("event: stream.position");
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
      return Finding.skip("frames", "the token does not allow to publish (scope 'publish')");
    }
    return Finding.fail(
        e.status() == 0 ? ExitCode.NETWORK : ExitCode.REFUSED,
        "frames",
        "publishing failed: " + e.getMessage(),
        "the stream has a way to the server that other requests have not",
        "does the proxy pass POST on, below /v1/?");
  }

  private void publish(EventPublisher publisher, String user, String what) {
    publisher.publish(user, NewEvent.text("doctor.check", mark + what).ttl(KEPT));
  }

  private Predicate<String> of(String what) {
    return line -> line.startsWith("data:") && line.contains(mark + what);
  }

  private Probe probe(String lastEventId) throws IOException {
    Request.Builder request =
        patient
            .access()
            .to(new Request.Builder())
            .url(patient.stream().toString())
            .header("Accept", "text/event-stream");
    if (!lastEventId.isEmpty()) {
      request.header("Last-Event-ID", lastEventId);
    }
    return new Probe(client, request.build());
  }

  private static String took(long startedNanos) {
    return ", " + TextLine.span(Duration.ofNanos(System.nanoTime() - startedNanos));
  }
}
