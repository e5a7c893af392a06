/**
 * Bytes to events: the rules of the WHATWG HTML standard, the limit for silence, and the hand-over
 * from the thread that reads to the one that consumes. May use {@code http} and below; knows
 * nothing of attempts and reconnecting.
 */
@NullMarked
package io.heliograph.client.internal.read;

import org.jspecify.annotations.NullMarked;
