package io.heliograph.cli.load.publish;

import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.option.Header;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Posts one request at a time and reads nothing but the status, so that the server is what is
 * measured. Confined to one thread.
 */
interface Post extends AutoCloseable {
  /** One that is not connected yet, to the server of a URI; no source is the system's choice. */
  static Post to(Target target, URI server, @Nullable InetAddress source, List<Header> headers) {
    return target.isPlain(server)
        ? new PostConnection(server, source, headers)
        : new ClientPost(headers, target.way());
  }

  /** Whether the next request needs no new connection. */
  default boolean isOpen() {
    return true;
  }

  /** Connects. If that fails, nothing was sent. */
  default void open() throws IOException {}

  /**
   * Posts and waits for the answer.
   *
   * @return the status
   * @throws IOException if it is unknown what became of the request; the connection is closed then
   */
  int post(URI uri, byte[] body) throws IOException;

  @Override
  void close();
}
