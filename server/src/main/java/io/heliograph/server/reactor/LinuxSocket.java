package io.heliograph.server.reactor;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/**
 * The system calls of Linux that {@link EpollPoller} makes, by {@code java.lang.foreign}. None
 * blocks except {@link #epollWait}. A descriptor that was closed must not be passed: its number may
 * belong to another socket by then.
 */
@SuppressWarnings("restricted") // The launchers allow native access; without, the JVM warns.
final class LinuxSocket {

  static final int EPOLLIN = 0x1;
  static final int EPOLLOUT = 0x4;
  static final int EPOLLET = 0x8000_0000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;

  private static final int EPOLL_CLOEXEC = 0x80000;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80800;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SHUT_WR = 1;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;

  /** The size of a struct epoll_event, which is packed on x86-64 only. */
  static final int EVENT_BYTES = System.getProperty("os.arch").equals("amd64") ? 12 : 16;

  // Of the struct: what happened or is waited for, and the data, of which we use half.
  private static final int DATA = EVENT_BYTES - Long.BYTES;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

  /** Room for the error of the last call that failed. */
  static final StructLayout ERROR = Linker.Option.captureStateLayout();

  private static final VarHandle ERRNO =
      ERROR.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option KEEPS_ERROR = Linker.Option.captureCallState("errno");

  // Passes a byte[] without a copy. The call delays a safepoint, so it must be short.
  private static final MethodHandle SEND =
      of(
          "send",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          Linker.Option.critical(true));
  private static final MethodHandle RECV =
      of(
          "recv",
          FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
          KEEPS_ERROR);
  private static final MethodHandle EPOLL_CREATE =
      of("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle EPOLL_CTL =
      of(
          "epoll_ctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS),
          Linker.Option.critical(true));
  private static final MethodHandle EPOLL_WAIT =
      of(
          "epoll_wait",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          KEEPS_ERROR);
  private static final MethodHandle EVENTFD =
      of("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle WRITE =
      of("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle SHUTDOWN =
      of("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE = of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle FCNTL =
      of(
          "fcntl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle DESCRIPTOR = descriptor();

  private LinuxSocket() {}

  private static MethodHandle of(
      String name, FunctionDescriptor signature, Linker.Option... options) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature, options);
  }

  /** Whether all calls were found. If not, this throws a LinkageError. */
  static boolean isAccessible() {
    return true;
  }

  /** No public API returns the descriptor of a channel. */
  private static MethodHandle descriptor() {
    try {
      Class<?> type = Class.forName("sun.nio.ch.SelChImpl");
      return MethodHandles.lookup()
          .unreflect(type.getMethod("getFDVal"))
          .asType(MethodType.methodType(int.class, SocketChannel.class));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("no access to the descriptors of sockets", e);
    }
  }

  /** Returns another descriptor of the channel's socket, or -1. The channel may be closed after. */
  static int duplicate(SocketChannel channel) {
    try {
      int copy = (int) FCNTL.invokeExact((int) DESCRIPTOR.invokeExact(channel), F_DUPFD_CLOEXEC, 0);
      if (copy >= 0 && !channel.isOpen()) { // The number may have been another socket's.
        close(copy);
        return -1;
      }
      return copy;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** Returns how many bytes the socket's buffer took; -1 if none, or the connection has failed. */
  static int send(int descriptor, byte[] bytes, int from, int length) {
    try {
      return (int)
          (long)
              SEND.invokeExact(
                  descriptor,
                  MemorySegment.ofArray(bytes).asSlice(from, length),
                  (long) length,
                  MSG_DONTWAIT | MSG_NOSIGNAL);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** Returns how many bytes were read; -1 at the end of the input, or if the connection failed. */
  static int receive(int descriptor, MemorySegment into, MemorySegment error) {
    try {
      long bytes = (long) RECV.invokeExact(error, descriptor, into, into.byteSize(), MSG_DONTWAIT);
      if (bytes >= 0) {
        return bytes == 0 ? -1 : (int) bytes;
      }
      int errno = (int) ERRNO.get(error, 0L);
      return errno == EAGAIN || errno == EINTR ? 0 : -1;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  static int epollCreate() throws IOException {
    try {
      return opened("epoll_create1", (int) EPOLL_CREATE.invokeExact(EPOLL_CLOEXEC));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** Registers, changes or removes a descriptor. False if that failed. */
  static boolean epollControl(int epoll, int operation, int descriptor, int interest) {
    byte[] event = new byte[EVENT_BYTES];
    INT.set(event, 0, interest);
    INT.set(event, DATA, descriptor);
    try {
      return (int) EPOLL_CTL.invokeExact(epoll, operation, descriptor, MemorySegment.ofArray(event))
          == 0;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** What happened, of one of the events that {@link #epollWait} has found. */
  static int interest(MemorySegment events, int index) {
    return events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * EVENT_BYTES);
  }

  /** To which descriptor. */
  static int descriptor(MemorySegment events, int index) {
    return events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) index * EVENT_BYTES + DATA);
  }

  /** Blocks for as many milliseconds, without limit if they are negative. */
  static int epollWait(int epoll, MemorySegment events, int most, int millis, MemorySegment error)
      throws IOException {
    try {
      int ready = (int) EPOLL_WAIT.invokeExact(error, epoll, events, most, millis);
      if (ready < 0 && (int) ERRNO.get(error, 0L) != EINTR) {
        throw new IOException("epoll_wait failed with errno " + (int) ERRNO.get(error, 0L));
      }
      return Math.max(0, ready);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  static int eventfd() throws IOException {
    try {
      return opened("eventfd", (int) EVENTFD.invokeExact(0, EFD_CLOEXEC_NONBLOCK));
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  private static int opened(String call, int descriptor) throws IOException {
    if (descriptor < 0) {
      throw new IOException(call + " failed");
    }
    return descriptor;
  }

  static void write(int descriptor, MemorySegment bytes) {
    try {
      long _ = (long) WRITE.invokeExact(descriptor, bytes, bytes.byteSize());
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** Sends a FIN behind what was written. No effect if the connection has failed. */
  static void shutdownOutput(int descriptor) {
    try {
      int _ = (int) SHUTDOWN.invokeExact(descriptor, SHUT_WR);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  static void close(int descriptor) {
    try {
      int _ = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable e) {
      throw failure(e);
    }
  }

  /** The handles declare Throwable, and throw what the caller has got wrong. */
  private static Error failure(Throwable e) {
    return e instanceof Error error ? error : new AssertionError(e);
  }
}
