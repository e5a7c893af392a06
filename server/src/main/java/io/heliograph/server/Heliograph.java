package io.heliograph.server;

import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.auth.Keys;
import io.heliograph.server.auth.Revocations;
import io.heliograph.server.cluster.Cluster;
import io.heliograph.server.config.Settings;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.helidon.Protocols;
import io.heliograph.server.helidon.RequestDeadlines;
import io.heliograph.server.http.Routes;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.limit.BodyMemory;
import io.heliograph.server.limit.ClientAddresses;
import io.heliograph.server.limit.ConnectionLimits;
import io.heliograph.server.limit.PublishRate;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.observe.RefusalLog;
import io.heliograph.server.observe.Version;
import io.heliograph.server.presence.LocalPresence;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.request.Guards;
import io.heliograph.server.tail.Tails;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * A running server. It wires the server's objects together and is the API for embedding.
 *
 * <pre>{@code
 * try (var server = Heliograph.start(Settings.of(Map.of("server.port", "0")))) {
 *   System.out.println(server.uri());
 * }
 * }</pre>
 */
public final class Heliograph implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Heliograph.class.getName());

  // Above a body of 64 KiB of data in the longest way to write it in JSON.
  private static final long MAX_BODY_BYTES = 16 << 20;

  // As much as the logs may take by default; the other half is for streams and what is short-lived.
  private static final int PARTS_OF_HEAP_PER_BODIES = 4;

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  // A start does not wait for Redis longer; the node is not ready until Redis has answered.
  private static final Duration JOIN_PATIENCE = Duration.ofSeconds(3);

  private final Settings settings;
  private final Listener listener;
  private final int streams;
  private final AtomicBoolean started = new AtomicBoolean();
  private final Metrics metrics = new Metrics();
  private final RequestDeadlines deadlines;
  private final BodyMemory bodies =
      new BodyMemory(Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP_PER_BODIES);
  private final Durable durable;
  private final Optional<Cluster> cluster;
  private final EventLog log;
  private final Hub hub;
  private final Presence presence;
  private final Optional<ClassicTicker> ticker;
  private final WebServer web;
  private final Optional<TlsFiles> tls;
  private final Optional<Keys> keys;

  private Heliograph(
      Settings settings, Listener listener, UnaryOperator<WebServerConfig.Builder> tuning) {
    this.settings = settings;
    this.listener = listener;
    this.streams = listener.maxStreams();
    this.durable = Durable.open(settings.log());
    this.log = durable.log();
    this.cluster =
        durable
            .shared()
            .map(shared -> new Cluster(shared.redis(), shared.log(), Clock.systemUTC()));
    this.hub =
        new Hub(
            log,
            streamLimits(settings),
            NanoClock.SYSTEM,
            metrics,
            cluster.map(Cluster::orders).orElse((_, _, text) -> durable.keepKick(text)));
    durable.restore(hub);
    cluster.ifPresent(joining -> joining.join(hub, JOIN_PATIENCE));
    this.deadlines =
        new RequestDeadlines(
            new RequestDeadlines.Times(
                settings.server().headTimeout(),
                settings.server().requestTimeout(),
                settings.server().idleTimeout()),
            NanoClock.SYSTEM,
            phase -> metrics.timeouts.of(word(phase)).increment());
    metrics.timeouts.declare(
        Arrays.stream(RequestDeadlines.Phase.values()).map(Heliograph::word).toList());
    metrics.keyFetches.declare(List.of("ok", "failed"));
    declareGauges();
    Duration grace = settings.presence().grace();
    this.presence =
        cluster
            .map(joined -> joined.presence(grace))
            .orElseGet(() -> new LocalPresence(hub, grace, NanoClock.SYSTEM));
    hub.listen(presence);
    this.keys = Authentication.keys(settings.auth(), metrics);
    this.ticker = settings.demo().ticker().map(every -> new ClassicTicker(hub, every));
    this.web = tuning.apply(webServer()).build();
    this.tls = settings.tls().map(files -> TlsFiles.watch(files, web::reloadTls));
  }

  /**
   * Starts a server and returns when it listens.
   *
   * @throws StartException if it cannot listen on the configured address
   */
  public static Heliograph start(Settings settings) {
    return start(settings, UnaryOperator.identity());
  }

  /** For tests, which shorten times that are not settings. */
  static Heliograph start(Settings settings, UnaryOperator<WebServerConfig.Builder> tuning) {
    Listener.checkFiles(); // First: what comes next opens files.
    settings.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
    Authentication.warnings(settings.auth())
        .forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
    var listener = Listener.of(settings);
    Authentication.checkReach(settings, listener);
    listener.checkFree();
    var heliograph = new Heliograph(settings, listener, tuning);
    heliograph.web.start();
    if (!heliograph.web.isRunning()) {
      heliograph.close();
      throw listener.notStarted();
    }
    listener.boundSilenceOfPeers(heliograph.web.port());
    Listener.tellIfReactorIsSlow();
    heliograph.logStarted();
    return heliograph;
  }

  private void logStarted() {
    LogLine line =
        LogLine.of("started")
            .with("version", Version.current())
            .with("java", Runtime.version())
            .with("address", uri())
            .with("console", settings.console().enabled() ? uri() + "/console" : "off")
            .with(
                "settings",
                settings.file().map(file -> file.toAbsolutePath().toString()).orElse("none"))
            .with("auth.mode", settings.auth() instanceof Settings.Auth.Jwt ? "jwt" : "off")
            .with("log.type", settings.log().type().word())
            .with("log.total-bytes", settings.log().totalBytes())
            .with("limits.connections", streams)
            .with("limits.connections-per-user", settings.limits().connectionsPerUser())
            .with(
                "limits.connections-per-address", shown(settings.limits().connectionsPerAddress()))
            .with("limits.publish-rate", shown(settings.limits().publishRate()))
            .with("limits.event-bytes", settings.limits().eventBytes());
    LOG.log(System.Logger.Level.INFO, "{0}", line);
    started.set(true);
  }

  private static Object shown(OptionalInt limit) {
    return limit.isPresent() ? (Object) limit.getAsInt() : "off";
  }

  /** The address of the server, with the actual port. */
  public URI uri() {
    return listener.uri(web.port());
  }

  /** The hub, for programs that embed the server and publish without HTTP. */
  public Hub hub() {
    return hub;
  }

  /**
   * Closes the open streams, spread over the drain window, then stops the server. Blocks for at
   * most a few seconds longer than the window; returns earlier if all streams have ended.
   */
  @Override
  public void close() {
    boolean tell = started.getAndSet(false);
    long began = System.nanoTime();
    if (tell) {
      LogLine line =
          LogLine.of("draining")
              .with("streams", hub.connections().count())
              .with("drain.window", settings.drain().window());
      LOG.log(System.Logger.Level.INFO, "{0}", line);
    }
    ticker.ifPresent(ClassicTicker::close);
    tls.ifPresent(TlsFiles::close);
    cluster.ifPresent(Cluster::drains);
    try {
      hub.drain(settings.drain().window(), STOP_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Only now: stopping it first would interrupt the open streams.
    web.stop();
    deadlines.close();
    keys.ifPresent(Keys::close);
    presence.close();
    hub.close();
    cluster.ifPresent(Cluster::close);
    durable.close();
    if (tell) {
      double seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
      LOG.log(System.Logger.Level.INFO, "{0}", LogLine.of("stopped").with("seconds", seconds));
    }
  }

  private WebServerConfig.Builder webServer() {
    Settings.Limits limits = settings.limits();
    var guards =
        new Guards(
            new ConnectionLimits(
                streams, limits.connectionsPerUser(), limits.connectionsPerAddress()),
            limits.publishRate().stream()
                .mapToObj(perSecond -> new PublishRate(perSecond, NanoClock.SYSTEM))
                .findFirst(),
            new ClientAddresses(settings.server().trustedProxies()),
            bodies,
            deadlines,
            metrics,
            new RefusalLog(System::nanoTime));
    Revocations revocations = cluster.map(Cluster::revocations).orElseGet(durable::revocations);
    var tails = new Tails(hub, NanoClock.SYSTEM);
    cluster.ifPresent(joined -> joined.relay(tails));
    var routes =
        new Routes(
            hub,
            presence.directory(),
            tails,
            guards,
            settings.stream().heartbeat(),
            limits.eventBytes(),
            Authentication.gate(settings, listener, keys, revocations, cluster, guards),
            settings.console().enabled());
    HttpRouting.Builder routing = HttpRouting.builder();
    routes.register(routing);
    WebServerConfig.Builder builder = WebServer.builder();
    settings.tls().map(TlsFiles::read).ifPresent(builder::tls);
    return listener
        .configure(builder, deadlines)
        .shutdownHook(false) // close() knows the order.
        .maxPayloadSize(MAX_BODY_BYTES)
        .protocolsDiscoverServices(false)
        // What is wrong with a request is in the answer, also before it could be routed.
        .errorHandling(ErrorHandling.builder().includeEntity(true).build())
        .addConnectionSelector(
            new Protocols(
                routes.streamPaths(),
                settings.stream().writeTimeout(),
                deadlines,
                !(settings.log().type() instanceof Settings.LogType.Memory)))
        .directHandlers(routes.unroutable())
        .routing(routing);
  }

  private void declareGauges() {
    metrics.gauge("connections", "Open streams.", hub.connections()::count);
    metrics.gauge("users", "Users with at least one open stream.", hub.connections()::users);
    metrics.gauge("logs", "Logs that hold an event or are followed.", () -> log.usage().logs());
    metrics.gauge(
        "log_bytes", "Memory of all logs, with estimated overhead.", () -> log.usage().bytes());
    metrics.sum(
        "log_evictions_total",
        "Logs whose events were dropped because memory was short.",
        () -> log.usage().evictions());
    metrics.gauge("keys", "Keys to verify tokens with.", () -> keys.map(Keys::count).orElse(0));
    metrics.gauge(
        "body_bytes",
        "Estimated memory of request bodies in transit, batch responses and kept events as JSON.",
        bodies::taken);
    metrics.gauge("requests_open", "TCP connections that are not streams.", deadlines::watched);
  }

  private static String word(RequestDeadlines.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  private static StreamLimits streamLimits(Settings settings) {
    var perUser = settings.log().perUser();
    var broadcast = settings.log().broadcast();
    return new StreamLimits(
            settings.stream().heartbeat(),
            settings.stream().retry(),
            settings.stream().writeTimeout(),
            settings.stream().maxAge())
        .forLogsOf(
            Math.min(perUser.events(), broadcast.events()),
            Math.min(perUser.bytes(), broadcast.bytes()));
  }
}
