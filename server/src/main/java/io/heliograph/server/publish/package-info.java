/**
 * Accepts events from publishers, one or many per request, and reports the result of each.
 *
 * <p>May use {@code request}, {@code gate} and their dependencies. Writes to no stream; the hub
 * wakes the readers.
 */
@NullMarked
package io.heliograph.server.publish;

import org.jspecify.annotations.NullMarked;
