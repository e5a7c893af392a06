/**
 * Runs a plan from the first connection to the last figure, and says what it found.
 *
 * <p>The packages of {@code load}: meter ← result ← plan ← {users, publish, observe} ← run.
 */
@NullMarked
package io.heliograph.cli.load.run;

import org.jspecify.annotations.NullMarked;
