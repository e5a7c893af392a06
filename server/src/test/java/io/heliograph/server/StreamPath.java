package io.heliograph.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The two ways on which a stream of HTTP/1.1 is served; what it promises is the same on both. */
public enum StreamPath {
  /** Plain: the stream leaves its thread, and the reactor looks after it. */
  REACTOR,
  /** Over TLS: the stream keeps its thread. */
  THREAD;

  /** One certificate for all tests: to make one takes a second. */
  private static final class Certificate {
    static final Path DIRECTORY = written();

    private static Path written() {
      try {
        Path directory = Files.createTempDirectory("heliograph-test");
        TestCertificate.write(directory, "localhost");
        for (String file : new String[] {"cert.pem", "key.pem", "localhost.p12", ""}) {
          directory.resolve(file).toFile().deleteOnExit();
        }
        return directory;
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  public TestServer start() {
    return start(Map.of());
  }

  public TestServer start(Map<String, String> settings) {
    return TestServer.start(with(settings));
  }

  /** The settings of a server whose streams go this way. */
  public Map<String, String> with(Map<String, String> settings) {
    var all = new LinkedHashMap<>(settings);
    if (this == THREAD) {
      all.put("server.tls.certificate", Certificate.DIRECTORY.resolve("cert.pem").toString());
      all.put("server.tls.private-key", Certificate.DIRECTORY.resolve("key.pem").toString());
    }
    return all;
  }

  static SSLContext trustingContext() {
    try {
      return TestCertificate.trustingContext();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A socket to a server, through TLS if it speaks that. */
  static Socket connect(boolean secure, int port) throws IOException {
    return connect(secure, port, new Socket());
  }

  /** Connects a socket whose options were set before. */
  static Socket connect(boolean secure, int port, Socket socket) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    if (!secure) {
      return socket;
    }
    var through =
        (SSLSocket)
            trustingContext().getSocketFactory().createSocket(socket, "localhost", port, true);
    through.startHandshake();
    return through;
  }
}
