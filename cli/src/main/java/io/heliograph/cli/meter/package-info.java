/**
 * Measures what simulated users see: nothing lost, doubled, out of order, misrouted or corrupt
 * without being told, and how long it took; and whether whoever measures was itself fit to measure.
 *
 * <p>Knows no engine, no server and no output: {@code simulate} calls it, {@code report} shows what
 * it found.
 */
@NullMarked
package io.heliograph.cli.meter;

import org.jspecify.annotations.NullMarked;
