/**
 * {@code sse-cli simulate}: many users at once, what they are sent, what happens to their
 * connections, and a report of what they saw.
 *
 * <p>Reads the command line and shows progress and results; {@code load} does the work.
 */
@NullMarked
package io.heliograph.cli.simulate;

import org.jspecify.annotations.NullMarked;
