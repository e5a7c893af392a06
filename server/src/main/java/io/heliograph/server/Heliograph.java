package io.heliograph.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.config.Settings;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.http.Routes;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.tail.Tails;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

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

  // As many as wait when thousands of readers come back at once; the kernel may bound it further.
  private static final int ACCEPT_BACKLOG = 4096;

  // A response other than a stream is short; a buffer a connection is held for as long as it lives.
  private static final int WRITE_BUFFER_BYTES = 512;

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

  private final Settings settings;
  private final EventLog log;
  private final Hub hub;
  private final Presence presence;
  private final Optional<ClassicTicker> ticker;
  private final WebServer web;

  private Heliograph(Settings settings, UnaryOperator<WebServerConfig.Builder> tuning) {
    this.settings = settings;
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
                settings.stream().writeTimeout()),
            NanoClock.SYSTEM);
    this.presence = new Presence(hub, settings.presence().grace(), NanoClock.SYSTEM);
    hub.listen(presence);
    this.ticker = settings.demo().ticker().map(every -> new ClassicTicker(hub, every));
    this.web = tuning.apply(webServer(settings, hub)).build();
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
    var address = new InetSocketAddress(settings.server().host(), settings.server().port());
    if (address.isUnresolved()) {
      throw cannotListen(settings, "there is no such host");
    }
    var heliograph = new Heliograph(settings, tuning);
    heliograph.web.start();
    if (!heliograph.web.isRunning()) { // That is all that Helidon says of it, and a stack trace.
      heliograph.close();
      throw cannotListen(settings, bindFailure(address));
    }
    return heliograph;
  }

  /** Where the server listens, with the port that it was given. */
  public URI uri() {
    String host = settings.server().host();
    return URI.create(
        "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + web.port());
  }

  /** The hub, for a program that embeds the server and publishes without HTTP. */
  public Hub hub() {
    return hub;
  }

  /** Tells the open streams, closes them, then stops the server. Takes a few seconds at most. */
  @Override
  public void close() {
    ticker.ifPresent(ClassicTicker::close);
    try {
      hub.close(STOP_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Only now: stopping it first would interrupt the open streams.
    web.stop();
    presence.close();
    hub.close();
    log.close();
  }

  private static WebServerConfig.Builder webServer(Settings settings, Hub hub) {
    HttpRouting.Builder routing = HttpRouting.builder();
    new Routes(
            hub,
            new Tails(hub, NanoClock.SYSTEM),
            settings.stream().heartbeat(),
            settings.limits().eventBytes())
        .register(routing);
    return WebServer.builder()
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
        .connectionOptions(
            SocketOptions.builder()
                .tcpNoDelay(true) // An event must not wait for the last one's acknowledgement.
                .socketSendBufferSize(settings.stream().sendBufferBytes())
                .build())
        .directHandlers(Routes.unroutable())
        .routing(routing);
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

  /** Why: tries it once more, because Helidon keeps the reason to itself. */
  private static String bindFailure(InetSocketAddress address) {
    try (var socket = new ServerSocket()) {
      socket.bind(address);
      return "the web server did not start";
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
