package io.heliograph.spring;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** The packed server, as a process of its own. */
final class RealServer implements AutoCloseable {
  private static final String LISTENING = "listening on ";

  private final Process process;
  private final URI uri;

  private RealServer(Process process, URI uri) {
    this.process = process;
    this.uri = uri;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param port 0 for any
   * @param secret with which its tokens are signed
   */
  static RealServer start(int port, String secret) throws IOException {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("heliograph-server")).toAbsolutePath().toString(),
            "--port=" + port,
            "--set=auth.mode=jwt");
    builder.environment().put("HELIOGRAPH_AUTH_JWT_SECRET", secret);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    var out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(LISTENING)) {
        return new RealServer(process, URI.create(line.substring(LISTENING.length())));
      }
    }
    process.destroyForcibly();
    throw new IllegalStateException("the server ended before it listened");
  }

  URI uri() {
    return uri;
  }

  /** Stops it as an operator does, and waits for its end. */
  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IllegalStateException("the server did not stop");
    }
  }
}
