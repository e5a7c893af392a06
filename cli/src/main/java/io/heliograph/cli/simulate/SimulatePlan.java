package io.heliograph.cli.simulate;

import io.heliograph.cli.report.Threshold;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code simulate} was asked to do.
 *
 * @param name of the scenario: the preset's, or {@code custom}
 * @param settings what was chosen, as it was written, for the report and to tell whether two runs
 *     did the same
 * @param rate publishes to one user each a second, by this shard
 * @param broadcastRate publishes to everybody a second, by this shard
 * @param size of an envelope in bytes
 * @param zipf whether few users get most of it; else all get the same
 * @param churnPerSecond users that leave each second
 * @param offline how long they stay away, on average
 * @param slow share of users that read {@code slowBytesPerSecond}
 * @param stalled share of users that read nothing
 * @param sources addresses to connect from; empty for the system's choice
 * @param shard from 0
 * @param startAt null for at once
 * @param maxLag a publish that could not begin for so long is given up
 * @param serverPid 0 to look for it
 * @param report null for none
 */
record SimulatePlan(
    String name,
    Map<String, String> settings,
    Target target,
    EngineKind engine,
    int users,
    Duration ramp,
    double rate,
    double broadcastRate,
    Duration warmup,
    Duration duration,
    Duration drain,
    int size,
    boolean zipf,
    double churnPerSecond,
    Duration offline,
    double slow,
    double stalled,
    int slowBytesPerSecond,
    List<Storm> storms,
    List<InetAddress> sources,
    int shard,
    int shards,
    @Nullable Instant startAt,
    long seed,
    int lanes,
    Duration maxLag,
    long serverPid,
    List<Threshold> thresholds,
    @Nullable Path report) {

  /** What holds the users' connections. */
  enum EngineKind {
    /** The client SDK, as an application would use it; a virtual thread a user. */
    sdk,
    /** A selector and a small parser, for many users in little memory. */
    raw
  }
}
