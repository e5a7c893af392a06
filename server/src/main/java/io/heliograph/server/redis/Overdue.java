package io.heliograph.server.redis;

import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which a command is not answered, before the command fails. If the network
 * were cut, TCP would deliver the command when it is back: Redis would execute it long after the
 * publisher was told that it failed, and behind the publisher's later events. TCP would also try
 * again only after a time as long as the outage, and never learn that a firewall has forgotten the
 * connection.
 */
final class Overdue implements NettyCustomizer {

  private final Duration patience;

  /**
   * A customizer of all connections.
   *
   * @param patience shorter than the time after which commands fail, by more than half a second
   */
  Overdue(Duration patience) {
    this.patience = patience;
  }

  @Override
  public void afterBootstrapInitialized(Bootstrap bootstrap) {
    // What the network has not delivered yet is discarded with the connection.
    bootstrap.option(ChannelOption.SO_LINGER, 0);
  }

  @Override
  public void afterChannelInitialized(Channel channel) {
    String name = channel.pipeline().context(CommandHandler.class).name();
    channel.pipeline().addBefore(name, "overdue", new Watch(patience));
  }

  /** Sees the commands of one connection. Confined to its event loop. */
  private static final class Watch extends ChannelDuplexHandler {

    private static final Duration EVERY = Duration.ofMillis(250);

    // A server with much to do still answers, one command after the other.
    private static final Duration SILENCE = Duration.ofMillis(500);

    private final long patienceNanos;
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private long answeredNanos = System.nanoTime();

    private record Sent(RedisCommand<?, ?, ?> command, long nanos) {}

    Watch(Duration patience) {
      this.patienceNanos = patience.toNanos();
    }

    @Override
    public void channelActive(ChannelHandlerContext context) throws Exception {
      look(context);
      super.channelActive(context);
    }

    private void look(ChannelHandlerContext context) {
      dropAnswered();
      long now = System.nanoTime();
      if (!sent.isEmpty()
          && now - sent.getFirst().nanos > patienceNanos
          && now - answeredNanos > SILENCE.toNanos()) {
        var _ = context.channel().close();
      }
      if (context.channel().isOpen()) {
        var _ =
            context
                .executor()
                .schedule(() -> look(context), EVERY.toMillis(), TimeUnit.MILLISECONDS);
      }
    }

    private void dropAnswered() {
      while (!sent.isEmpty() && sent.getFirst().command.isDone()) {
        sent.removeFirst();
      }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      long now = System.nanoTime();
      if (message instanceof RedisCommand<?, ?, ?> command) {
        sent.addLast(new Sent(command, now));
      } else if (message instanceof Iterable<?> commands) {
        commands.forEach(each -> sent.addLast(new Sent((RedisCommand<?, ?, ?>) each, now)));
      }
      super.write(context, message, promise);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
      super.channelReadComplete(context);
      answeredNanos = System.nanoTime();
      dropAnswered();
    }
  }
}
