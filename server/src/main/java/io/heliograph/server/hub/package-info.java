/**
 * Wakes the connections of a user when a log has something for them; each drains from its own
 * cursor.
 *
 * <p>May use {@code event}, {@code log}, {@code reactor} and {@code observe}. Knows nothing of HTTP
 * or SSE: what a connection writes to is an {@link io.heliograph.server.hub.EventSink}, which
 * {@code wire} makes.
 */
@NullMarked
package io.heliograph.server.hub;

import org.jspecify.annotations.NullMarked;
