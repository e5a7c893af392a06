package io.heliograph.cli.load.observe;

import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.option.WebAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Looks, before anything is connected, whether this machine can carry the plan; says how to mend
 * what it cannot.
 */
public final class Preflight {
  private static final int OTHER_FILES = 200;
  private static final int SDK_KIB = 32;
  private static final int RAW_KIB = 12;
  private static final int CONNECT_MILLIS = 5000;

  private Preflight() {}

  /**
   * Something that is too small.
   *
   * @param what in a word: {@code ports}, {@code files}, …
   * @param problem what there is and what is needed
   * @param cures command lines or options, one of which is enough
   */
  public record Problem(String what, String problem, List<String> cures) {}

  /**
   * The limits of a machine.
   *
   * @param files how many a process may open; as the others, empty where the system does not tell
   * @param ports that connections from one address may come from
   * @param heapKib the most that this program's heap may become
   * @param serverFiles that the server may open, if it runs on this machine
   */
  public record Limits(
      OptionalLong files,
      OptionalLong ports,
      long heapKib,
      OptionalLong availableKib,
      OptionalLong serverFiles) {
    public static Limits ofThisMachine(URI server) {
      OptionalLong serverFiles = OptionalLong.empty();
      for (long pid : ProcFs.listeners(server)) {
        serverFiles = ProcFs.fileLimit(Long.toString(pid), false);
      }
      return new Limits(
          ProcFs.fileLimit("self", true),
          ProcFs.localPorts(),
          Runtime.getRuntime().maxMemory() >> 10,
          ProcFs.availableMemoryKib(),
          serverFiles);
    }
  }

  /** Pure: what of the plan does not fit into the limits. */
  public static List<Problem> problems(Plan plan, Limits limits) {
    var problems = new ArrayList<Problem>();
    long sockets = plan.users() + plan.generator().lanes() + 1L;
    int sources = Math.max(1, plan.generator().sources().size());
    if (limits.ports().isPresent() && limits.ports().getAsLong() * sources < sockets) {
      long ports = limits.ports().getAsLong();
      var fixes = new ArrayList<String>();
      if (ProcFs.isLoopback(WebAddress.host(plan.target().subscribe("any")))) {
        fixes.add(
            LongStream.rangeClosed(1, (sockets + ports - 1) / ports)
                .mapToObj(n -> "127.0.0." + n)
                .collect(Collectors.joining(",", "--set source-ip=", "")));
      } else {
        fixes.add("--set source-ip= with several addresses of this machine");
      }
      fixes.add("sysctl -w net.ipv4.ip_local_port_range=\"1025 65534\"");
      problems.add(
          new Problem(
              "ports",
              String.format(
                  Locale.ROOT,
                  "%,d for each address (ip_local_port_range) from %d, %,d needed",
                  ports,
                  sources,
                  sockets),
              fixes));
    }
    long files = sockets + OTHER_FILES;
    if (limits.files().isPresent() && limits.files().getAsLong() < files) {
      long machines = (files + limits.files().getAsLong() - 1) / limits.files().getAsLong();
      problems.add(
          new Problem(
              "files",
              String.format(
                  Locale.ROOT, "hard limit %,d, %,d needed", limits.files().getAsLong(), files),
              List.of(
                  "ulimit -Hn " + files + "   (as root)",
                  "--shard 1/" + machines + ", and the others on other machines")));
    }
    long kib = (long) plan.users() * (plan.engine() == Plan.EngineKind.sdk ? SDK_KIB : RAW_KIB);
    if (limits.heapKib() < kib) {
      problems.add(
          new Problem(
              "memory",
              String.format(
                  Locale.ROOT,
                  "the heap may grow to %,d MiB, %,d MiB needed",
                  limits.heapKib() >> 10,
                  kib >> 10),
              advice(plan, "SSE_CLI_JAVA_OPTS=-Xmx" + ((kib >> 10) + 256) + "m")));
    } else if (limits.availableKib().isPresent() && limits.availableKib().getAsLong() < kib) {
      problems.add(
          new Problem(
              "memory",
              String.format(
                  Locale.ROOT,
                  "%,d MiB free on this machine, %,d MiB needed",
                  limits.availableKib().getAsLong() >> 10,
                  kib >> 10),
              advice(plan, "fewer --users")));
    }
    if (limits.serverFiles().isPresent()
        && limits.serverFiles().getAsLong() < sockets + OTHER_FILES / 2) {
      problems.add(
          new Problem(
              "server",
              String.format(
                  Locale.ROOT,
                  "it may open %,d files, %,d connections are planned",
                  limits.serverFiles().getAsLong(),
                  sockets),
              List.of("start it after  ulimit -n " + (sockets + 1000))));
    }
    return problems;
  }

  private static List<String> advice(Plan plan, String first) {
    return plan.couldBeRaw() ? List.of(first, "--set engine=raw") : List.of(first);
  }

  /** Whether anything answers there; empty if so, else why not. */
  public static String unreachable(URI server, List<InetAddress> sources) {
    int port = WebAddress.port(server);
    String host = WebAddress.host(server);
    try (var socket = new Socket()) {
      if (!sources.isEmpty()) {
        socket.bind(new InetSocketAddress(sources.getFirst(), 0));
      }
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      return "";
    } catch (IOException e) {
      return "no connection to " + host + ":" + port + ": " + e.getMessage();
    }
  }

  /** For a person: the headline, then each problem with its fixes. */
  public static List<String> explained(Plan plan, List<Problem> problems) {
    var lines = new ArrayList<String>();
    URI uri = plan.target().subscribe("any");
    lines.add(
        String.format(
            Locale.ROOT,
            "sse-cli: this machine cannot hold %,d users of %s:%d",
            plan.users(),
            WebAddress.host(uri),
            WebAddress.port(uri)));
    for (Problem problem : problems) {
      lines.add("  %-8s%s".formatted(problem.what(), problem.problem()));
      for (String fix : problem.cures()) {
        lines.add("          → " + fix);
      }
    }
    return lines;
  }
}
