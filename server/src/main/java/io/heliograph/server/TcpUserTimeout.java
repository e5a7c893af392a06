package io.heliograph.server;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Limits how long a peer may leave data unacknowledged (RFC 5482; {@code TCP_USER_TIMEOUT} of
 * Linux). The JDK does not offer this option. Without it, the kernel retransmits for about 15
 * minutes to a peer whose network failed while data was on its way; keepalive does not probe during
 * that time.
 *
 * <p>The option is set on the listening socket, from which accepted sockets inherit it. The
 * socket's descriptor is found by its inode: {@code /proc/self/net/tcp} has the inode of the socket
 * that listens on the port, {@code /proc/self/fd} has the descriptor of the inode.
 */
final class TcpUserTimeout {

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_USER_TIMEOUT = 18;

  // The columns of /proc/self/net/tcp, split at blanks.
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final String LISTEN = "0A";

  private TcpUserTimeout() {}

  /**
   * Sets the timeout for all connections that are accepted on the port later.
   *
   * @throws IOException if this system does not support it; the message says what is missing
   */
  static void set(int port, Duration timeout) throws IOException {
    if (!System.getProperty("os.name").equals("Linux")) {
      throw new IOException("TCP_USER_TIMEOUT is available on Linux only");
    }
    for (String inode : inodesListeningOn(port)) {
      Optional<Integer> descriptor = descriptorOf(inode);
      if (descriptor.isPresent()) {
        setOption(descriptor.get(), timeout);
        return;
      }
    }
    throw new IOException(
        "no listening socket of this process on port " + port + " in /proc/self/net");
  }

  private static List<String> inodesListeningOn(int port) throws IOException {
    String suffix = ":" + String.format(Locale.ROOT, "%04X", port);
    var inodes = new ArrayList<String>();
    // A Java listener stands in tcp6 even on 127.0.0.1, unless IPv6 is switched off.
    for (Path table : List.of(Path.of("/proc/self/net/tcp6"), Path.of("/proc/self/net/tcp"))) {
      if (!Files.exists(table)) {
        continue;
      }
      for (String line : Files.readAllLines(table)) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length > INODE
            && columns[STATE].equals(LISTEN)
            && columns[LOCAL_ADDRESS].endsWith(suffix)) {
          inodes.add(columns[INODE]);
        }
      }
    }
    return inodes;
  }

  private static Optional<Integer> descriptorOf(String inode) throws IOException {
    String target = "socket:[" + inode + "]";
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (isLinkTo(descriptor, target)) {
          return Optional.of(Integer.parseInt(descriptor.getFileName().toString()));
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isLinkTo(Path descriptor, String target) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals(target);
    } catch (IOException e) {
      return false; // Closed since the directory was read: not the listener.
    }
  }

  // Restricted means that the launchers must allow native access, or the JVM warns; they do.
  @SuppressWarnings("restricted")
  private static void setOption(int descriptor, Duration timeout) throws IOException {
    Linker linker = Linker.nativeLinker();
    MethodHandle setsockopt =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setsockopt"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value =
          arena.allocateFrom(ValueLayout.JAVA_INT, Math.toIntExact(timeout.toMillis()));
      int result =
          (int)
              setsockopt.invokeExact(
                  descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, value, (int) value.byteSize());
      if (result != 0) {
        throw new IOException("setsockopt(TCP_USER_TIMEOUT) answered " + result);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IOException("setsockopt could not be called", e);
    }
  }
}
