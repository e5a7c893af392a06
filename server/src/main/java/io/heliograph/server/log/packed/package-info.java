/**
 * What a log keeps, in arrays of numbers and bytes: few objects, however many events, for a garbage
 * collection to follow and to copy.
 *
 * <p>May use {@code event}.
 */
@NullMarked
package io.heliograph.server.log.packed;

import org.jspecify.annotations.NullMarked;
