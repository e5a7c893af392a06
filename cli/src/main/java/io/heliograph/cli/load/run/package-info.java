/**
 * Runs a plan from the first connection to the last figure, and says what it found.
 *
 * <p>May use every other package of {@code load}. ArchitectureTest holds this rule.
 */
@NullMarked
package io.heliograph.cli.load.run;

import org.jspecify.annotations.NullMarked;
