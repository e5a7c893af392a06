/**
 * A summary for people: as text, and as one HTML page.
 *
 * <p>May use {@code shell}, {@code json} and {@code load.result}.
 */
@NullMarked
package io.heliograph.cli.results;

import org.jspecify.annotations.NullMarked;
