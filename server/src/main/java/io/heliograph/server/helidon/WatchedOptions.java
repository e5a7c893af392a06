package io.heliograph.server.helidon;

import io.helidon.common.socket.SocketOptions;
import java.net.Socket;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The sockets' options, which have {@link RequestDeadlines} watch each socket that they are set on.
 * Nothing else of Helidon 4.5 sees a connection before its first byte is waited for.
 *
 * <p>Goes with {@link RequestDeadlines}.
 */
record WatchedOptions(SocketOptions options, RequestDeadlines deadlines) implements SocketOptions {

  @Override
  public void configureSocket(SocketChannel channel) {
    options.configureSocket(channel);
    deadlines.accepted(channel);
  }

  @Override
  public void configureSocket(Socket socket) {
    options.configureSocket(socket);
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}
