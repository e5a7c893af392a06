package io.heliograph.server.reactor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Waits by {@code epoll}, on Linux. A socket takes the place of its channel, which is closed: it is
 * 24 bytes instead of 640, and a write takes no lock.
 *
 * <p>The number of a descriptor that was closed may soon be another socket's. So every use of one
 * is counted ({@link CountedUse}), and the reactor's thread closes it when nobody uses it any more.
 */
final class EpollPoller implements Poller {

  private static final int MOST_EVENTS = 512;
  private static final int FIRST_DESCRIPTORS = 1024;

  // Of `state`.
  private static final int AWAKE = 0;
  private static final int ASLEEP = 1;
  private static final int NOTIFIED = 2;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(Descriptor[].class);

  private final int epoll;
  private final Alarm alarm;
  private final AtomicInteger state = new AtomicInteger(AWAKE);
  private final Queue<Descriptor> closed = new ConcurrentLinkedQueue<>();

  // By number; replaced and written under the lock, read without.
  private final Object lock = new Object();
  private boolean over;
  private int open;
  private volatile @Nullable Descriptor[] links = new Descriptor[FIRST_DESCRIPTORS];

  // Confined to the reactor's thread. Input is counted and discarded.
  private final Arena memory = Arena.ofAuto();
  private final MemorySegment input = memory.allocate(Reactor.INPUT_BYTES);
  private final MemorySegment error = memory.allocate(LinuxSocket.ERROR);
  private final MemorySegment events;

  /** Whether this system has it, and the JVM's options allow to use it. */
  static boolean isSupported() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return false;
    }
    try {
      return LinuxSocket.isAccessible();
    } catch (LinkageError e) {
      return false; // The option --add-exports is missing, or the C library has other names.
    }
  }

  EpollPoller() throws IOException {
    this.events = memory.allocate((long) MOST_EVENTS * LinuxSocket.EVENT_BYTES);
    this.epoll = LinuxSocket.epollCreate();
    this.alarm = new Alarm(LinuxSocket.eventfd(), memory);
    // Edge-triggered: reported once per write, so that nobody has to read it.
    if (!control(
        LinuxSocket.EPOLL_CTL_ADD, alarm.number, LinuxSocket.EPOLLIN | LinuxSocket.EPOLLET)) {
      throw new IOException("epoll_ctl failed");
    }
  }

  private boolean control(int operation, int descriptor, int interest) {
    return LinuxSocket.epollControl(epoll, operation, descriptor, interest);
  }

  @Override
  public Link adopt(SocketChannel channel, Link.Peer peer) {
    int number = LinuxSocket.duplicate(channel);
    try {
      channel.close(); // Not registered with a selector, so this is no shutdown of the socket.
    } catch (IOException e) {
      // The channel counts as closed even then.
    }
    var link = new Descriptor(this, peer, number);
    if (number < 0 || !watch(link)) {
      link.close();
    }
    return link;
  }

  private boolean watch(Descriptor link) {
    synchronized (lock) {
      if (over) {
        LinuxSocket.close(link.number);
        throw new ClosedSelectorException();
      }
      if (link.number >= links.length) {
        links = Arrays.copyOf(links, Math.max(link.number + 1, 2 * links.length));
      }
      ELEMENT.setRelease(links, link.number, link);
      open++;
      return control(LinuxSocket.EPOLL_CTL_ADD, link.number, LinuxSocket.EPOLLIN);
    }
  }

  private void forget(Descriptor link) {
    // A close alone keeps the registration while a child process has the descriptor, too. Its
    // events would then be taken for those of the socket that has the number next.
    control(LinuxSocket.EPOLL_CTL_DEL, link.number, 0);
    synchronized (lock) {
      ELEMENT.setRelease(links, link.number, null);
      open--;
    }
    LinuxSocket.close(link.number);
  }

  @Override
  public void wakeUp() {
    if (state.getAndSet(NOTIFIED) == ASLEEP) {
      alarm.ring();
    }
  }

  @Override
  public void poll(long millis) throws IOException {
    releaseClosed();
    int wait = (int) Math.min(millis, Integer.MAX_VALUE);
    boolean sleeps = wait != 0 && state.compareAndSet(AWAKE, ASLEEP);
    int ready = LinuxSocket.epollWait(epoll, events, MOST_EVENTS, sleeps ? wait : 0, error);
    state.set(AWAKE);
    for (int i = 0; i < ready; i++) {
      int number = LinuxSocket.descriptor(events, i);
      // The alarm's may be above those of all sockets, and so outside of the array.
      if (number != alarm.number) {
        var link = (@Nullable Descriptor) ELEMENT.getAcquire(links, number);
        if (link != null) {
          ready(link, LinuxSocket.interest(events, i));
        }
      }
    }
  }

  private void releaseClosed() {
    List<Descriptor> freed = Reactor.taken(closed);
    for (Descriptor link : freed) {
      if (link.number >= 0) {
        forget(link);
      }
      Reactor.guarded(link.peer::closed);
    }
  }

  private void ready(Descriptor link, int happened) {
    if ((happened & ~LinuxSocket.EPOLLOUT) != 0) {
      int bytes = link.receive(input, error);
      if (bytes < 0) {
        link.control(LinuxSocket.EPOLL_CTL_DEL, 0); // Otherwise every poll would report it.
        Reactor.guarded(link.peer::left);
      } else if (bytes > 0) {
        Reactor.guarded(() -> link.peer.input(bytes));
      }
    }
    if ((happened & LinuxSocket.EPOLLOUT) != 0 && link.isOpen()) {
      link.control(LinuxSocket.EPOLL_CTL_MOD, LinuxSocket.EPOLLIN);
      Reactor.guarded(link.peer::writable);
    }
  }

  @Override
  public void closeLinks() {
    synchronized (lock) {
      over = true;
      for (Descriptor link : links) {
        if (link != null) {
          link.close();
        }
      }
    }
    while (anyIsOpen()) { // Somebody uses it at this moment.
      releaseClosed();
    }
  }

  private boolean anyIsOpen() {
    synchronized (lock) {
      return open > 0;
    }
  }

  @Override
  public void close() {
    alarm.end();
    LinuxSocket.close(epoll);
  }

  /** An eventfd, which ends a wait. Others may still ring when the reactor ends. */
  private static final class Alarm extends CountedUse {
    private final int number;
    private final MemorySegment one;

    Alarm(int number, Arena memory) {
      this.number = number;
      this.one = memory.allocateFrom(ValueLayout.JAVA_LONG, 1);
    }

    void ring() {
      if (enter()) {
        try {
          LinuxSocket.write(number, one);
        } finally {
          leave();
        }
      }
    }

    @Override
    void release() {
      LinuxSocket.close(number);
    }
  }

  /** A descriptor that epoll watches. */
  private static final class Descriptor extends CountedUse implements Link {
    private final EpollPoller poller;
    private final Peer peer;
    private final int number;

    Descriptor(EpollPoller poller, Peer peer, int number) {
      this.poller = poller;
      this.peer = peer;
      this.number = number;
    }

    /** The peer sees the end at once, also if the reactor is busy and releases the number later. */
    @Override
    public void close() {
      if (enter()) {
        try {
          end();
          LinuxSocket.shutdownOutput(number);
        } finally {
          leave();
        }
      }
    }

    @Override
    void release() {
      poller.closed.add(this);
      poller.wakeUp();
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
      if (!enter()) {
        throw new ClosedChannelException();
      }
      try {
        int from = bytes.arrayOffset() + bytes.position();
        int sent = LinuxSocket.send(number, bytes.array(), from, bytes.remaining());
        if (sent > 0) {
          bytes.position(bytes.position() + sent);
        }
      } finally {
        leave();
      }
    }

    @Override
    public void armWrite() {
      control(LinuxSocket.EPOLL_CTL_MOD, LinuxSocket.EPOLLIN | LinuxSocket.EPOLLOUT);
    }

    private void control(int operation, int interest) {
      if (enter()) {
        try {
          poller.control(operation, number, interest);
        } finally {
          leave();
        }
      }
    }

    private int receive(MemorySegment into, MemorySegment error) {
      if (!enter()) {
        return 0;
      }
      try {
        return LinuxSocket.receive(number, into, error);
      } finally {
        leave();
      }
    }
  }
}
