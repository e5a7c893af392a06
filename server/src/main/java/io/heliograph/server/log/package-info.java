/**
 * Keeps the latest events, assigns their positions, and reads the events after a position.
 *
 * <p>May use {@code event}. Knows no connections; the caller that appends wakes them.
 */
@NullMarked
package io.heliograph.server.log;

import org.jspecify.annotations.NullMarked;
