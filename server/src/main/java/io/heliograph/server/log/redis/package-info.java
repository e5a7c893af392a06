/**
 * Keeps the logs in Redis, for several nodes. Scripts append and read; messages tell all nodes that
 * follow a log of its new events, and whatever a message did not bring is read from what is stored.
 *
 * <p>May use {@code event}, {@code log} and {@code redis}.
 */
@NullMarked
package io.heliograph.server.log.redis;

import org.jspecify.annotations.NullMarked;
