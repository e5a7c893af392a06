/**
 * Keeps the latest events, gives each its position, and answers what comes after a position.
 *
 * <p>May use {@code event}. Knows no connections: whoever appends wakes them.
 */
@NullMarked
package io.heliograph.server.log;

import org.jspecify.annotations.NullMarked;
