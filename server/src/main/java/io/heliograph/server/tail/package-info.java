/**
 * Shows an operator all published events and, on request, readers that connect, disconnect and miss
 * events.
 *
 * <p>May use {@code event}, {@code log} and {@code hub}. Costs nothing while no tail is open, and
 * never blocks a publisher.
 */
@NullMarked
package io.heliograph.server.tail;

import org.jspecify.annotations.NullMarked;
