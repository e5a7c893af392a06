package io.heliograph.cli.load.result;

/** How a run came out. The commands turn it into an exit code. */
public sealed interface Outcome {
  record Kept() implements Outcome {}

  record Failed() implements Outcome {}

  /** The load generator was the bottleneck, or the run is incomplete: no word on the server. */
  record Untrusted() implements Outcome {}

  /**
   * Somebody stopped the run.
   *
   * @param signal the number of the signal: 2 for Ctrl-C and its key, 15 for SIGTERM
   */
  record Interrupted(int signal) implements Outcome {}
}
