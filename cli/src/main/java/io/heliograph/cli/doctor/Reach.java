package io.heliograph.cli.doctor;

import io.heliograph.cli.access.Network;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.shell.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** The steps below HTTP: the name, the connection, TLS. */
final class Reach {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final URI stream;
  private final Network network;
  private final FindingPrinter report;
  private final @Nullable String proxy;
  // The server's, or those of the proxy that all goes through.
  private final String host;
  private final int port;

  Reach(URI stream, Network network, FindingPrinter report) {
    this.stream = stream;
    this.network = network;
    this.report = report;
    proxy = network.proxyName(stream);
    if (network.proxy(stream).address() instanceof InetSocketAddress address) {
      host = address.getHostString();
      port = address.getPort();
    } else {
      host = WebAddress.host(stream);
      port = WebAddress.port(stream);
    }
  }

  /** Whether a request can be sent. */
  boolean works() {
    InetAddress[] addresses = dns();
    return addresses.length > 0 && connects(addresses);
  }

  private boolean isTls() {
    return "https".equalsIgnoreCase(stream.getScheme());
  }

  private InetAddress[] dns() {
    long started = System.nanoTime();
    try {
      InetAddress[] all = InetAddress.getAllByName(host);
      String more = all.length == 1 ? "" : " and " + (all.length - 1) + " more";
      report.print(
          Finding.ok(
              "dns",
              (proxy == null ? host : proxy)
                  + " is "
                  + all[0].getHostAddress()
                  + more
                  + TextLine.since(started)));
      return all;
    } catch (UnknownHostException e) {
      report.print(
          Finding.fail(
              ExitCode.NETWORK,
              "dns",
              "unknown host " + host + (proxy == null ? "" : " of " + proxy),
              "a typo, or a name of another network (VPN, container, cluster)",
              "look the name up on a machine where it works:  getent hosts " + host));
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
        socket.connect(new InetSocketAddress(address, port), (int) PATIENCE.toMillis());
        report.print(Diagnosis.connected(place + TextLine.since(started), failures));
        return connected(socket);
      } catch (IOException e) {
        failures.add(place + ": " + e.getMessage());
      }
    }
    report.print(
        Finding.fail(
            ExitCode.NETWORK,
            "tcp",
            (proxy == null ? "" : proxy + ": ") + String.join("; ", failures),
            "nothing listens on the port (refused), or a firewall drops packets (timed out)",
            proxy != null
                ? network.proxyHint(stream)
                : "check that the server runs, on this port and on this address; to start one: "
                    + " sse-cli serve"));
    return false;
  }

  private boolean connected(Socket socket) throws IOException {
    socket.setSoTimeout((int) PATIENCE.toMillis());
    if (isTls() && proxy == null) {
      return shakesHands(socket);
    }
    return noTls(isTls() ? "behind the proxy; part of the next step" : "the URL is http");
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
      report.print(Finding.ok("tls", tls.getSession().getProtocol() + TextLine.since(started)));
      return true;
    } catch (IOException e) {
      report.print(TlsDiagnosis.of(e, host, port));
      return false;
    }
  }
}
