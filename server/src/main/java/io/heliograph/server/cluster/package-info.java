/**
 * What the nodes of a cluster tell each other through Redis: who is connected where, and what
 * operators have ordered.
 *
 * <p>May use {@code event}, {@code log}, {@code hub}, {@code presence}, {@code tail}, {@code auth}
 * and {@code redis}. The events themselves are in {@code log.redis}.
 */
@NullMarked
package io.heliograph.server.cluster;

import org.jspecify.annotations.NullMarked;
