package io.heliograph.cli.load.observe;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.result.Summary.Second;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the run once a second, on its own thread: appends the second's histograms to {@code
 * run.hlog}, and keeps a line of the timeline.
 */
public final class Sampler implements AutoCloseable {
  private static final double SECOND = 1e9;

  private final Meter meter;
  private final List<UserMeter> users;
  private final Supplier<List<Long>> findServer;
  private final Consumer<Second> each;
  private final @Nullable PrintStream hlogFile;
  private final @Nullable HistogramLogWriter hlog;
  private final Thread thread;
  private volatile boolean stopped;

  // Guarded by this.
  private final List<Second> timeline = new ArrayList<>();
  private ProcFs.@Nullable Machine measuredFrom;

  // Confined to the sampler's thread.
  private final EnumMap<Count, Long> before = new EnumMap<>(Count.class);
  private double ownCpu = ProcFs.cpuSeconds(ProcessHandle.current().pid());
  private List<Long> serverPids;
  private final boolean hadServer;
  private double serverCpu;
  private ProcFs.Machine machine = ProcFs.machine();
  private long last;

  /** Starts; looks for the server again when its processes are gone. No path: no log is written. */
  public Sampler(
      Meter meter,
      List<UserMeter> users,
      Supplier<List<Long>> findServer,
      @Nullable Path hlog,
      Consumer<Second> each)
      throws IOException {
    this.meter = meter;
    this.users = users;
    this.findServer = findServer;
    this.serverPids = findServer.get();
    this.hadServer = !serverPids.isEmpty();
    this.each = each;
    this.serverCpu = sum(serverPids, ProcFs::cpuSeconds);
    this.last = meter.startNanos();
    if (hlog == null) {
      this.hlogFile = null;
      this.hlog = null;
    } else {
      this.hlogFile = new PrintStream(Files.newOutputStream(hlog), false, StandardCharsets.UTF_8);
      this.hlog = new HistogramLogWriter(hlogFile);
      long now = System.currentTimeMillis();
      this.hlog.outputComment("[values in µs; run " + meter.run() + "]");
      this.hlog.outputLogFormatVersion();
      this.hlog.outputStartTime(now);
      this.hlog.setBaseTime(now);
      this.hlog.outputLegend();
    }
    this.thread = Thread.ofPlatform().daemon().name("sampler").start(this::run);
  }

  private void run() {
    long second = 1;
    while (!stopped) {
      long wait = meter.startNanos() + (long) (second * SECOND) - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
        continue;
      }
      sample();
      // The next sample stands for the seconds in which this program did not run.
      second = Math.max(second + 1, (long) ((System.nanoTime() - meter.startNanos()) / SECOND));
    }
    sample();
    if (hlogFile != null) {
      hlogFile.close();
    }
  }

  private void sample() {
    long now = System.nanoTime();
    double span = (now - last) / SECOND;
    if (span <= 0) {
      return;
    }
    double from = (last - meter.startNanos()) / SECOND;
    double to = (now - meter.startNanos()) / SECOND;
    last = now;
    var live = new double[] {Double.NaN, Double.NaN, Double.NaN};
    var other = new double[2];
    meter.flip(
        (timing, histogram) -> {
          write(timing, histogram, from, to);
          if (histogram.getTotalCount() == 0) {
            return;
          }
          switch (timing) {
            case DELIVERY_LIVE -> {
              live[0] = histogram.getValueAtPercentile(50);
              live[1] = histogram.getValueAtPercentile(99);
              live[2] = histogram.getMaxValue();
            }
            case DELIVERY_REPLAY -> other[0] = histogram.getTotalCount() / span;
            case GENERATOR_LAG -> other[1] = histogram.getMaxValue();
            default -> {} // Stands in the log.
          }
        });
    double ready = users.stream().filter(UserMeter::ready).count();
    var line =
        new Second(
            to,
            ready,
            perSecond(Count.PUBLISH_PLANNED, span),
            perSecond(Count.PUBLISH_ACCEPTED, span),
            perSecond(Count.DELIVERED, span),
            live[0],
            live[1],
            live[2],
            other[0],
            perSecond(Count.RECONNECT_COUNT, span),
            perSecond(Count.DISCONNECTS, span) + perSecond(Count.CUT, span),
            other[1],
            ownCpu(span),
            serverCpu(span),
            serverPids.isEmpty() ? Double.NaN : sum(serverPids, ProcFs::rssKib) / 1024,
            machineCpu());
    synchronized (this) {
      timeline.add(line);
    }
    each.accept(line);
  }

  private void write(Timing timing, Histogram histogram, double from, double to) {
    if (hlog != null && histogram.getTotalCount() > 0) {
      histogram.setTag(timing.label());
      hlog.outputIntervalHistogram(from, to, histogram, 1.0);
    }
  }

  private double perSecond(Count count, double span) {
    long now = meter.get(count);
    Long then = before.put(count, now);
    return (now - (then == null ? 0 : then)) / span;
  }

  private double ownCpu(double span) {
    double then = ownCpu;
    ownCpu = ProcFs.cpuSeconds(ProcessHandle.current().pid());
    return (ownCpu - then) / span;
  }

  private double serverCpu(double span) {
    if (serverPids.isEmpty()) {
      if (hadServer) {
        serverPids = findServer.get();
      }
      return Double.NaN;
    }
    double then = serverCpu;
    serverCpu = sum(serverPids, ProcFs::cpuSeconds);
    if (serverCpu == 0) {
      serverPids = findServer.get();
    }
    return Math.max(0, serverCpu - then) / span; // Less than before: it was restarted.
  }

  private double machineCpu() {
    ProcFs.Machine then = machine;
    machine = ProcFs.machine();
    double total = machine.total() - then.total();
    return total <= 0 ? Double.NaN : (machine.busy() - then.busy()) / total;
  }

  /** From now on it counts what the hypervisor gives to others. */
  public synchronized void measuring() {
    measuredFrom = ProcFs.machine();
  }

  /** The share of the processors' time that went to others since {@link #measuring}, 0 to 1. */
  public synchronized double stolen() {
    ProcFs.Machine from = measuredFrom;
    ProcFs.Machine now = ProcFs.machine();
    return from == null || now.total() <= from.total()
        ? 0
        : (now.stolen() - from.stolen()) / (now.total() - from.total());
  }

  public synchronized List<Second> timeline() {
    return List.copyOf(timeline);
  }

  private static double sum(List<Long> pids, ToDoubleFunction<Long> figure) {
    return pids.stream().mapToDouble(figure).sum();
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
