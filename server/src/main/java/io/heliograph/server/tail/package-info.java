/**
 * Shows an operator what passes: events and, on request, readers that come, go and miss something.
 *
 * <p>May use {@code event}, {@code log} and {@code hub}. Costs nothing while nobody looks on, and
 * never holds up who publishes.
 */
@NullMarked
package io.heliograph.server.tail;

import org.jspecify.annotations.NullMarked;
