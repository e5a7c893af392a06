package io.heliograph.cli.load.observe;

import io.heliograph.cli.option.WebAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What Linux tells of processes and of the machine. Where it tells nothing, there is nothing: no
 * other system is asked.
 */
public final class ProcFs {
  private static final Path PROC = Path.of("/proc");
  private static final double TICKS_PER_SECOND =
      100; // USER_HZ is 100 on every architecture that Java runs on.
  private static final String LISTEN = "0A";

  private ProcFs() {}

  /** The processors' time since boot, in ticks; the hypervisor gave {@code stolen} to others. */
  record Machine(double busy, double total, double stolen) {}

  static Machine machine() {
    for (String line : lines(PROC.resolve("stat"))) {
      if (line.startsWith("cpu ")) {
        String[] fields = line.split("\\s+", -1);
        double total = 0;
        for (int i = 1; i < Math.min(fields.length, 9); i++) {
          total += Double.parseDouble(fields[i]);
        }
        double idle = Double.parseDouble(fields[4]) + Double.parseDouble(fields[5]);
        return new Machine(
            total - idle, total, fields.length > 8 ? Double.parseDouble(fields[8]) : 0);
      }
    }
    return new Machine(0, 0, 0);
  }

  /** Seconds of processor time that a process has used; 0 if it is gone. */
  public static double cpuSeconds(long pid) {
    for (String line : lines(PROC.resolve(Long.toString(pid)).resolve("stat"))) {
      // The name, in parentheses, may hold anything.
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
      return (Double.parseDouble(fields[11]) + Double.parseDouble(fields[12])) / TICKS_PER_SECOND;
    }
    return 0;
  }

  public static double rssKib(long pid) {
    return number(PROC.resolve(Long.toString(pid)).resolve("status"), "VmRSS:").orElse(0);
  }

  public static double loadAverage() {
    for (String line : lines(PROC.resolve("loadavg"))) {
      return Double.parseDouble(line.split(" ", -1)[0]);
    }
    return Double.NaN;
  }

  /**
   * A limit of a process on open files: the hard one, or the soft one, which is what holds another
   * process.
   */
  static OptionalLong fileLimit(String process, boolean hard) {
    for (String line : lines(PROC.resolve(process).resolve("limits"))) {
      if (line.startsWith("Max open files")) {
        String[] fields = line.substring("Max open files".length()).strip().split("\\s+", -1);
        String limit = fields[hard ? 1 : 0];
        return limit.equals("unlimited")
            ? OptionalLong.empty()
            : OptionalLong.of(Long.parseLong(limit));
      }
    }
    return OptionalLong.empty();
  }

  /** How many ports a connection may come from, without those that are in use to anywhere. */
  static OptionalLong localPorts() {
    for (String line : lines(PROC.resolve("sys/net/ipv4/ip_local_port_range"))) {
      String[] range = line.strip().split("\\s+", -1);
      return OptionalLong.of(Long.parseLong(range[1]) - Long.parseLong(range[0]) + 1);
    }
    return OptionalLong.empty();
  }

  static OptionalLong availableMemoryKib() {
    return number(PROC.resolve("meminfo"), "MemAvailable:");
  }

  /**
   * The processes of this machine that listen on the port of a URI; none if it is on another, or
   * not ours to see.
   */
  public static List<Long> listeners(URI server) {
    String host = WebAddress.host(server);
    if (!isLoopback(host)) {
      return List.of();
    }
    int port = WebAddress.port(server);
    Set<String> inodes = new HashSet<>();
    for (String file : List.of("net/tcp", "net/tcp6")) {
      for (String line : lines(PROC.resolve(file))) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9
            && fields[3].equals(LISTEN)
            && fields[1].endsWith(":%04X".formatted(port))) {
          inodes.add("socket:[" + fields[9] + "]");
        }
      }
    }
    var pids = new ArrayList<Long>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      String self = Long.toString(ProcessHandle.current().pid());
      for (Path process : processes) {
        // This one's files are many, and would be its own figures.
        if (!process.endsWith(self) && holds(process, inodes)) {
          pids.add(Long.parseLong(process.getFileName().toString()));
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return pids;
  }

  public static boolean isLoopback(String host) {
    return host.equals("localhost") || host.matches("127(\\.\\d{1,3}){1,3}") || host.equals("::1");
  }

  private static boolean holds(Path process, Set<String> inodes) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (inodes.contains(Files.readSymbolicLink(file).toString())) {
          return true;
        }
      }
    } catch (IOException e) {
      // Another user's process, or one that has ended meanwhile.
    }
    return false;
  }

  private static OptionalLong number(Path file, String name) {
    for (String line : lines(file)) {
      if (line.startsWith(name)) {
        return OptionalLong.of(
            Long.parseLong(line.substring(name.length()).replace("kB", "").strip()));
      }
    }
    return OptionalLong.empty();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(); // Not Linux, or the process has ended.
    }
  }
}
