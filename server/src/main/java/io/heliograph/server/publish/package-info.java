/**
 * Takes events from publishers, one a request or many, and tells what became of each.
 *
 * <p>May use {@code request}, {@code gate} and what these may use. Writes to no stream: the hub
 * wakes the readers.
 */
@NullMarked
package io.heliograph.server.publish;

import org.jspecify.annotations.NullMarked;
