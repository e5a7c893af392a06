package io.heliograph.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ErrorHandling;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.auth.KeyException;
import io.heliograph.server.auth.Keys;
import io.heliograph.server.auth.Revocations;
import io.heliograph.server.auth.ScrapeToken;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.auth.Tokens;
import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.gate.Gate;
import io.heliograph.server.gate.Pages;
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
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.observe.RefusalLog;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.request.Guards;
import io.heliograph.server.tail.Tails;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import jdk.net.ExtendedSocketOptions;

/**
 * A running server: the one place where its objects are joined. Also the way to embed it.
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

  // Files that are not connections: jars, the listener, what the operating system keeps open.
  private static final int RESERVED_FILES = 200;

  // Of the TCP connections some are left for what is no stream: publishers, health, metrics.
  private static final int PART_FOR_REQUESTS = 8;
  private static final int MOST_FOR_REQUESTS = 1000;

  // As many as wait when thousands of readers come back at once; the kernel may bound it further.
  private static final int ACCEPT_BACKLOG = 4096;

  // A response other than a stream is short; a buffer a connection is held for as long as it lives.
  private static final int WRITE_BUFFER_BYTES = 512;

  // As much as the logs may take by default; the other half is for streams and what is short-lived.
  private static final int PARTS_OF_HEAP_PER_BODIES = 4;

  private static final int KEEPALIVE_IDLE_SECONDS = 30;
  private static final int KEEPALIVE_STEP_SECONDS = 10;
  private static final int KEEPALIVE_PROBES = 3;

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final Settings settings;
  private final int streams;
  private final AtomicBoolean started = new AtomicBoolean();
  private final Metrics metrics = new Metrics();
  private final RequestDeadlines deadlines;
  private final BodyMemory bodies =
      new BodyMemory(Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP_PER_BODIES);
  private final EventLog log;
  private final Hub hub;
  private final Presence presence;
  private final Optional<ClassicTicker> ticker;
  private final WebServer web;
  private final Optional<TlsFiles> tls;
  private final Optional<Keys> keys;

  private Heliograph(Settings settings, UnaryOperator<WebServerConfig.Builder> tuning) {
    this.settings = settings;
    this.streams = maxStreams();
    this.log =
        new MemoryEventLog(
            retention(settings.log().perUser()),
            retention(settings.log().broadcast()),
            settings.log().totalBytes(),
            NanoClock.SYSTEM);
    this.hub =
        new Hub(
            log,
            new StreamLimits(
                settings.stream().heartbeat(),
                settings.stream().retry(),
                settings.stream().writeTimeout(),
                settings.stream().maxAge()),
            NanoClock.SYSTEM,
            metrics);
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
    this.presence = new Presence(hub, settings.presence().grace(), NanoClock.SYSTEM);
    hub.listen(presence);
    this.keys =
        settings.auth() instanceof Settings.Auth.Jwt jwt
            ? Optional.of(keys(jwt))
            : Optional.empty();
    this.ticker = settings.demo().ticker().map(every -> new ClassicTicker(hub, every));
    this.web = tuning.apply(webServer()).build();
    this.tls = settings.tls().map(files -> TlsFiles.watch(files, web::reloadTls));
  }

  /**
   * Starts a server and returns when it listens.
   *
   * @throws StartException if it cannot listen where the settings say
   */
  public static Heliograph start(Settings settings) {
    return start(settings, UnaryOperator.identity());
  }

  /** For tests, which shorten times that are no settings. */
  static Heliograph start(Settings settings, UnaryOperator<WebServerConfig.Builder> tuning) {
    settings.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
    warnings(settings).forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
    var address = new InetSocketAddress(settings.server().host(), settings.server().port());
    if (address.isUnresolved()) {
      throw cannotListen(settings, "there is no such host");
    }
    if (settings.auth() instanceof Settings.Auth.Off off && !isLoopback(address)) {
      if (!off.beyondLoopback()) {
        throw new SettingsException(
            "auth.mode is off, and server.host is %s, which other machines can reach: anybody could read and publish everything. Set auth.mode=jwt (docs/guides/authentication.md), or listen on 127.0.0.1. If that is what you want, say auth.allow-off-beyond-loopback=true."
                .formatted(settings.server().host()));
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "Authentication is off on {0}: whoever reaches it reads and publishes everything.",
          settings.server().host());
    }
    // Before Helidon tries, which would log two stack traces.
    bindFailure(address)
        .ifPresent(
            why -> {
              throw cannotListen(settings, why);
            });
    var heliograph = new Heliograph(settings, tuning);
    heliograph.web.start();
    if (!heliograph.web.isRunning()) {
      heliograph.close();
      throw cannotListen(settings, bindFailure(address).orElse("the web server did not start"));
    }
    heliograph.boundSilenceOfPeers();
    heliograph.logStarted();
    return heliograph;
  }

  private void boundSilenceOfPeers() {
    try {
      TcpUserTimeout.set(web.port(), settings.stream().userTimeout());
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "stream.user-timeout cannot be set ("
              + e.getMessage()
              + "): a reader whose network is gone may be held for about 15 minutes, for TCP"
              + " keepalive alone finds it only while nothing is on its way to it.");
    }
  }

  private void logStarted() {
    LogLine line =
        LogLine.of("started")
            .with("version", Version.current())
            .with("java", Runtime.version())
            .with("address", uri())
            .with(
                "settings",
                settings.file().map(file -> file.toAbsolutePath().toString()).orElse("none"))
            .with("auth.mode", settings.auth() instanceof Settings.Auth.Jwt ? "jwt" : "off")
            .with("log.type", "memory")
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

  /** Where the server listens, with the port that it was given. */
  public URI uri() {
    String host = settings.server().host();
    return URI.create(
        (settings.tls().isPresent() ? "https://" : "http://")
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + web.port());
  }

  /** The hub, for a program that embeds the server and publishes without HTTP. */
  public Hub hub() {
    return hub;
  }

  /**
   * Tells the open streams, closes them spread over the drain's window, then stops the server.
   * Takes a few seconds longer than the window at most, and no longer than there are streams.
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
    log.close();
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
    var routes =
        new Routes(
            hub,
            new Tails(hub, NanoClock.SYSTEM),
            guards,
            settings.stream().heartbeat(),
            limits.eventBytes(),
            gate());
    HttpRouting.Builder routing = HttpRouting.builder();
    routes.register(routing);
    WebServerConfig.Builder builder = WebServer.builder();
    settings.tls().map(TlsFiles::read).ifPresent(builder::tls);
    return builder
        .host(settings.server().host())
        .port(settings.server().port())
        .shutdownHook(false) // close() knows the order.
        .backlog(ACCEPT_BACKLOG)
        .maxPayloadSize(MAX_BODY_BYTES)
        // Above it, a connection waits in the backlog. An accept that fails for want of files
        // would end the listener.
        .maxTcpConnections(maxTcpConnections())
        .useNio(false) // A third less memory a connection.
        .writeBufferSize(WRITE_BUFFER_BYTES)
        .connectionOptions(deadlines.watching(socketOptions()))
        .protocolsDiscoverServices(false)
        // What is wrong with a request is in the answer, also before it could be routed.
        .errorHandling(ErrorHandling.builder().includeEntity(true).build())
        .addConnectionSelector(
            new Protocols(routes.streamPaths(), settings.stream().writeTimeout(), deadlines))
        .directHandlers(routes.unroutable())
        .routing(routing);
  }

  private Gate gate() {
    var clock = Clock.systemUTC();
    String host = settings.server().host();
    var pages =
        new Pages(
            settings.corsOrigins(),
            settings.tls().isPresent(),
            host,
            isLoopback(new InetSocketAddress(host, 0)));
    var revocations = new Revocations(clock);
    return switch (settings.auth()) {
      case Settings.Auth.Off _ ->
          new Gate(
              Optional.empty(),
              new Tickets(Duration.ZERO, clock),
              revocations,
              Optional.empty(),
              pages,
              clock,
              Optional.empty());
      case Settings.Auth.Jwt jwt ->
          new Gate(
              Optional.of(
                  new Tokens(
                      keys.orElseThrow(),
                      new Tokens.Rules(jwt.issuer(), jwt.audience(), jwt.clockSkew()),
                      clock)),
              new Tickets(jwt.openTicketWithin(), clock),
              revocations,
              jwt.cookie(),
              pages,
              clock,
              jwt.scrapeToken().map(Heliograph::scrapeToken));
    };
  }

  private Keys keys(Settings.Auth.Jwt jwt) {
    try {
      return switch (jwt.keys()) {
        case Settings.KeySource.Secret(String secret) ->
            Keys.secret(secret.getBytes(StandardCharsets.UTF_8));
        case Settings.KeySource.SecretFile(Path file) -> Keys.secretFile(file);
        case Settings.KeySource.KeyFile(Path file) -> Keys.keyFile(file);
        case Settings.KeySource.JwksUrl(URI url) -> Keys.jwksUrl(url, metrics);
      };
    } catch (KeyException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  private static ScrapeToken scrapeToken(Settings.SecretSource source) {
    try {
      return switch (source) {
        case Settings.KeySource.Secret(String token) ->
            ScrapeToken.of(token, "HELIOGRAPH_AUTH_SCRAPE_TOKEN");
        case Settings.KeySource.SecretFile(Path file) -> ScrapeToken.ofFile(file);
      };
    } catch (KeyException e) {
      throw new SettingsException(String.valueOf(e.getMessage()));
    }
  }

  /** What is allowed but seldom meant. */
  private static List<String> warnings(Settings settings) {
    if (!(settings.auth() instanceof Settings.Auth.Jwt jwt)) {
      return List.of();
    }
    var warnings = new ArrayList<String>();
    if (jwt.keys() instanceof Settings.KeySource.JwksUrl(URI url)) {
      if (url.getScheme().equals("http")) {
        warnings.add("auth.jwt.jwks-url is http: who is on the way can exchange the keys.");
      }
      if (jwt.audience().isEmpty()) {
        warnings.add(
            "auth.jwt.audience is not set: tokens that their issuer made for others are accepted.");
      }
    }
    return warnings;
  }

  private static boolean isLoopback(InetSocketAddress address) {
    return address.getAddress() != null && address.getAddress().isLoopbackAddress();
  }

  private SocketOptions socketOptions() {
    return SocketOptions.builder()
        // Finds a peer that is gone while nothing is on its way to it; the system's own
        // default is two hours. While something is, stream.user-timeout does.
        .socketKeepAlive(true)
        .putSocketOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS)
        .putSocketOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_STEP_SECONDS)
        .putSocketOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_PROBES)
        .tcpNoDelay(true) // An event must not wait for the last one's acknowledgement.
        .socketSendBufferSize(settings.stream().sendBufferBytes())
        .build();
  }

  /** As the settings say, or what leaves room for requests that are no streams. */
  private int maxStreams() {
    int connections = maxTcpConnections();
    int forRequests = Math.min(MOST_FOR_REQUESTS, connections / PART_FOR_REQUESTS);
    int fitting = Math.max(1, connections - forRequests);
    int wanted = settings.limits().connections().orElse(fitting);
    if (wanted > fitting) {
      LOG.log(
          System.Logger.Level.WARNING,
          "limits.connections is %d, but the limit on open files leaves room for %d streams; more"
                  .formatted(wanted, fitting)
              + " will wait instead of being told. Raise it (ulimit -n, LimitNOFILE).");
    }
    return wanted;
  }

  private void declareGauges() {
    metrics.gauge("connections", "Streams that are open.", hub.connections()::count);
    metrics.gauge("users", "Users with at least one open stream.", hub.connections()::users);
    metrics.gauge("logs", "Logs that hold an event or are followed.", () -> log.usage().logs());
    metrics.gauge(
        "log_bytes", "Memory of all logs, overhead estimated.", () -> log.usage().bytes());
    metrics.sum(
        "log_evictions_total",
        "Logs whose events were dropped for want of memory.",
        () -> log.usage().evictions());
    metrics.gauge(
        "keys", "Keys that tokens can be verified with.", () -> keys.map(Keys::count).orElse(0));
    metrics.gauge(
        "body_bytes",
        "Memory of the request bodies that are being read, and of batches' answers, estimated.",
        bodies::taken);
    metrics.gauge("requests_open", "TCP connections that are no stream.", deadlines::watched);
  }

  private static String word(RequestDeadlines.Phase phase) {
    return phase.name().toLowerCase(Locale.ROOT);
  }

  private static int maxTcpConnections() {
    long files =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : Integer.MAX_VALUE;
    return Math.clamp(files - RESERVED_FILES, 1, Integer.MAX_VALUE);
  }

  private static Retention retention(Settings.Kept kept) {
    return new Retention(kept.events(), kept.bytes(), kept.age());
  }

  private static StartException cannotListen(Settings settings, String why) {
    return new StartException(
        "Cannot listen on %s:%d: %s. Choose another with --host or --port, 0 for any free port."
            .formatted(settings.server().host(), settings.server().port(), why));
  }

  /** Why the address cannot be bound. Does not listen: nobody could connect to what is closed. */
  private static Optional<String> bindFailure(InetSocketAddress address) {
    try (var socket = new Socket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
