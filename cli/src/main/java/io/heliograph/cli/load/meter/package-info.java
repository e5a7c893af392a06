/**
 * Checks what simulated users receive: loss, duplicates, order, misrouting and corruption, and how
 * long it took; judges whether the generator was fit to measure.
 *
 * <p>Knows nothing but the JDK and HdrHistogram. ArchitectureTest holds this rule.
 */
@NullMarked
package io.heliograph.cli.load.meter;

import org.jspecify.annotations.NullMarked;
