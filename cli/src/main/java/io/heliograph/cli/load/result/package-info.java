/**
 * What one load test found: the summary with its metrics, latencies and thresholds, its JSON and
 * its files.
 *
 * <p>May use {@code meter} and {@code json}. Knows no command, no option and no terminal: {@code
 * simulate} makes summaries, {@code report} shows, compares and merges them.
 */
@NullMarked
package io.heliograph.cli.load.result;

import org.jspecify.annotations.NullMarked;
