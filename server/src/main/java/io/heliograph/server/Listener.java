package io.heliograph.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.WebServerConfig;
import io.heliograph.server.config.Settings;
import io.heliograph.server.helidon.RequestDeadlines;
import io.heliograph.server.reactor.Reactor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/** Configures the listener: its address, its socket options, and the number of connections. */
final class Listener {

  private static final System.Logger LOG = System.getLogger(Heliograph.class.getName());

  // Files that are not connections: jars, the listener, what the operating system keeps open.
  private static final int RESERVED_FILES = 200;

  // With fewer, a few readers would take all connections, and everybody else, health checks
  // included, would wait in the backlog without an answer.
  private static final int MIN_FILES = 256;

  // Of the TCP connections some are left for what is no stream: publishers, health, metrics.
  private static final int PART_FOR_REQUESTS = 8;
  private static final int MOST_FOR_REQUESTS = 1000;

  // As many as wait when thousands of readers come back at once; the kernel may bound it further.
  private static final int ACCEPT_BACKLOG = 4096;

  // A response other than a stream is short; a buffer a connection is held for as long as it lives.
  private static final int WRITE_BUFFER_BYTES = 512;

  private static final int KEEPALIVE_IDLE_SECONDS = 30;
  private static final int KEEPALIVE_STEP_SECONDS = 10;
  private static final int KEEPALIVE_PROBES = 3;

  private final Settings settings;
  private final InetSocketAddress address;

  private Listener(Settings settings, InetSocketAddress address) {
    this.settings = settings;
    this.address = address;
  }

  /**
   * Resolves the host.
   *
   * @throws StartException if the host does not exist
   */
  static Listener of(Settings settings) {
    var address = new InetSocketAddress(settings.server().host(), settings.server().port());
    var listener = new Listener(settings, address);
    if (address.isUnresolved()) {
      throw listener.cannotListen("the host does not exist");
    }
    return listener;
  }

  /** Whether only programs on this machine can reach it. */
  boolean isLoopback() {
    return address.getAddress().isLoopbackAddress();
  }

  /**
   * Checks the address before Helidon binds it, because Helidon would log two stack traces.
   *
   * @throws StartException if the address cannot be bound
   */
  void checkFree() {
    bindFailure()
        .ifPresent(
            why -> {
              throw cannotListen(why);
            });
  }

  /**
   * Checks that there are enough files for readers and for other requests.
   *
   * @throws StartException if the open-file limit is too low
   */
  static void checkFiles() {
    if (maxOpenFiles() < MIN_FILES) {
      throw new StartException(
          "The open-file limit is %s, but must be at least %s: the server uses up to %s files itself, and one for each connection. Raise it with ulimit -n, or with LimitNOFILE in systemd."
              .formatted(maxOpenFiles(), MIN_FILES, RESERVED_FILES));
    }
  }

  /** Why the web server did not start. */
  StartException notStarted() {
    return cannotListen(bindFailure().orElse("the web server did not start"));
  }

  private StartException cannotListen(String why) {
    return new StartException(
        "Cannot listen on %s:%s: %s. Choose another address with --host or --port; port 0 means any free port."
            .formatted(settings.server().host(), settings.server().port(), why));
  }

  /** Why the address cannot be bound. Binds without listening, so that no client can connect. */
  private Optional<String> bindFailure() {
    try (var socket = new Socket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** The URI of the server, with the actual port. */
  URI uri(int port) {
    String host = settings.server().host();
    return URI.create(
        (settings.tls().isPresent() ? "https://" : "http://")
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + port);
  }

  /** Configures the listener and its sockets; {@code deadlines} watches each accepted socket. */
  WebServerConfig.Builder configure(WebServerConfig.Builder builder, RequestDeadlines deadlines) {
    return builder
        .host(settings.server().host())
        .port(settings.server().port())
        .backlog(ACCEPT_BACKLOG)
        // Above it, a connection waits in the backlog. An accept that fails for want of files
        // would end the listener.
        .maxTcpConnections(maxTcpConnections())
        .useNio(false) // A third less memory a connection.
        .writeBufferSize(WRITE_BUFFER_BYTES)
        .connectionOptions(deadlines.watching(socketOptions()));
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

  /**
   * The maximum number of streams: the setting, or a number that leaves room for other requests.
   */
  int maxStreams() {
    int connections = maxTcpConnections();
    int forRequests = Math.min(MOST_FOR_REQUESTS, connections / PART_FOR_REQUESTS);
    int fitting = Math.max(1, connections - forRequests);
    int wanted = settings.limits().connections().orElse(fitting);
    if (wanted > fitting) {
      LOG.log(
          System.Logger.Level.WARNING,
          "limits.connections is %s, but the open-file limit allows only %s streams. Further streams"
                  .formatted(wanted, fitting)
              + " will wait instead of being refused. Raise the open-file limit (ulimit -n,"
              + " LimitNOFILE).");
    }
    return wanted;
  }

  private static int maxTcpConnections() {
    return Math.clamp(maxOpenFiles() - RESERVED_FILES, 1, Integer.MAX_VALUE);
  }

  private static long maxOpenFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Integer.MAX_VALUE;
  }

  /**
   * Limits how long a peer may leave data unacknowledged; warns if the system does not support it.
   */
  void boundSilenceOfPeers(int port) {
    try {
      TcpUserTimeout.set(port, settings.stream().userTimeout());
    } catch (IOException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "stream.user-timeout cannot be set ("
              + e.getMessage()
              + "). A reader whose network is gone may be kept for about 15 minutes, because TCP"
              + " keepalive detects it only while no data is on its way to it.");
    }
  }

  /** Tells who runs the server without the launcher that its streams could cost less. */
  static void tellIfReactorIsSlow() {
    if (!Reactor.usesEpoll() && System.getProperty("os.name").equals("Linux")) {
      LOG.log(
          System.Logger.Level.INFO,
          "Streams use java.nio, because epoll is not accessible: they take more memory and CPU."
              + " Start Java with --enable-native-access=ALL-UNNAMED"
              + " --add-exports=java.base/sun.nio.ch=ALL-UNNAMED.");
    }
  }
}
