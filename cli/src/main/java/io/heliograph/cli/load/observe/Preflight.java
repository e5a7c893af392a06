package io.heliograph.cli.load.observe;

import static io.heliograph.cli.load.result.Spans.number;

import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.option.WebAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
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
    long ports = limits.ports().orElse(Long.MAX_VALUE / sources);
    if (ports * sources < sockets) {
      boolean loopback = ProcFs.isLoopback(WebAddress.host(plan.target().subscribe("any")));
      problems.add(
          new Problem(
              "ports",
              "%s for each address (ip_local_port_range) from %s, %s needed"
                  .formatted(number(ports), sources, number(sockets)),
              List.of(
                  loopback
                      ? "--set source-ip=" + loopbacks((sockets + ports - 1) / ports)
                      : "--set source-ip= with several addresses of this machine",
                  "sysctl -w net.ipv4.ip_local_port_range=\"1025 65534\"")));
    }
    long files = sockets + OTHER_FILES;
    long most = limits.files().orElse(Long.MAX_VALUE);
    if (most < files) {
      long machines = (files + most - 1) / most;
      problems.add(
          new Problem(
              "files",
              "hard limit %s, %s needed".formatted(number(most), number(files)),
              List.of(
                  "ulimit -Hn " + files + "   (as root)",
                  "--shard 1/" + machines + ", and the others on other machines")));
    }
    long kib = (long) plan.users() * (plan.engine() == Plan.EngineKind.sdk ? SDK_KIB : RAW_KIB);
    String mib = number(kib >> 10) + " MiB needed";
    long free = limits.availableKib().orElse(Long.MAX_VALUE);
    if (limits.heapKib() < kib) {
      problems.add(
          new Problem(
              "memory",
              "the heap may grow to " + number(limits.heapKib() >> 10) + " MiB, " + mib,
              advice(plan, "SSE_CLI_JAVA_OPTS=-Xmx" + ((kib >> 10) + 256) + "m")));
    } else if (free < kib) {
      problems.add(
          new Problem(
              "memory",
              number(free >> 10) + " MiB free on this machine, " + mib,
              advice(plan, "fewer --users")));
    }
    long ofServer = limits.serverFiles().orElse(Long.MAX_VALUE);
    if (ofServer < sockets + OTHER_FILES / 2) {
      problems.add(
          new Problem(
              "server",
              "it may open %s files, %s connections are planned"
                  .formatted(number(ofServer), number(sockets)),
              List.of("start it after  ulimit -n " + (sockets + 1000))));
    }
    return problems;
  }

  private static List<String> advice(Plan plan, String first) {
    return plan.couldBeRaw() ? List.of(first, "--set engine=raw") : List.of(first);
  }

  private static String loopbacks(long count) {
    return LongStream.rangeClosed(1, count)
        .mapToObj(n -> "127.0.0." + n)
        .collect(Collectors.joining(","));
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
        "this machine cannot hold %s users of %s:%s"
            .formatted(number(plan.users()), WebAddress.host(uri), WebAddress.port(uri)));
    for (Problem problem : problems) {
      lines.add("  %-8s%s".formatted(problem.what(), problem.problem()));
      for (String fix : problem.cures()) {
        lines.add("          → " + fix);
      }
    }
    return lines;
  }
}
