package io.heliograph.server.reactor;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Waits by a selector of {@code java.nio}, on every system. */
final class NioPoller implements Poller {

  private final Selector selector;
  private final Queue<SelectedLink> closed = new ConcurrentLinkedQueue<>();

  // Confined to the reactor's thread. Input is counted and discarded.
  private final ByteBuffer input = ByteBuffer.allocateDirect(Reactor.INPUT_BYTES);

  NioPoller() throws IOException {
    this.selector = Selector.open();
  }

  @Override
  public Link adopt(SocketChannel channel, Link.Peer peer) {
    var link = new SelectedLink(this, channel, peer);
    try {
      link.key = channel.register(selector, SelectionKey.OP_READ, link);
      wakeUp();
    } catch (ClosedChannelException e) {
      link.close();
    }
    return link;
  }

  @Override
  public void wakeUp() {
    selector.wakeup();
  }

  @Override
  public void poll(long millis) throws IOException {
    // The select after a channel was closed releases its descriptor.
    List<SelectedLink> freed = Reactor.taken(closed);
    if (freed.isEmpty() && millis != 0) {
      selector.select(this::ready, Math.max(0, millis));
    } else {
      selector.selectNow(this::ready);
    }
    freed.forEach(link -> Reactor.guarded(link.peer::closed));
  }

  private void ready(SelectionKey key) {
    var link = (SelectedLink) key.attachment();
    try {
      if (key.isReadable()) {
        read(link, key);
      }
      if (key.isValid() && key.isWritable()) {
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
        Reactor.guarded(link.peer::writable);
      }
    } catch (CancelledKeyException e) {
      // Closed concurrently.
    }
  }

  private void read(SelectedLink link, SelectionKey key) {
    int bytes = link.read(input.clear());
    if (bytes < 0) {
      key.interestOps(0); // Otherwise every select would report it.
      Reactor.guarded(link.peer::left);
    } else if (bytes > 0) {
      Reactor.guarded(() -> link.peer.input(bytes));
    }
  }

  @Override
  public void closeLinks() {
    selector.keys().forEach(key -> ((SelectedLink) key.attachment()).close());
  }

  @Override
  public void close() throws IOException {
    selector.close();
  }

  /** A channel that is registered with the selector. */
  private static final class SelectedLink implements Link {
    private static final VarHandle OVER;

    static {
      try {
        OVER = MethodHandles.lookup().findVarHandle(SelectedLink.class, "over", boolean.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final NioPoller poller;
    private final SocketChannel channel;
    private final Peer peer;

    @SuppressWarnings({"unused", "FieldMayBeFinal"}) // OVER changes it.
    private volatile boolean over;

    // Written before the link is shared. The reactor's thread does not read it.
    private @Nullable SelectionKey key;

    SelectedLink(NioPoller poller, SocketChannel channel, Peer peer) {
      this.poller = poller;
      this.channel = channel;
      this.peer = peer;
    }

    /** Returns the number of bytes read, or -1 at the end of the input. */
    int read(ByteBuffer into) {
      try {
        return channel.read(into);
      } catch (IOException e) {
        return -1; // Reset by the peer, or closed concurrently.
      }
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
      channel.write(bytes);
    }

    @Override
    public void armWrite() {
      try {
        if (key != null) {
          key.interestOpsOr(SelectionKey.OP_WRITE);
          poller.wakeUp();
        }
      } catch (CancelledKeyException e) {
        // Closed concurrently: closed() is the only call that still follows.
      }
    }

    @Override
    public void close() {
      if (OVER.compareAndSet(this, false, true)) {
        try {
          channel.close();
        } catch (IOException e) {
          // The channel counts as closed even then.
        }
        poller.closed.add(this);
        poller.wakeUp();
      }
    }
  }
}
