/**
 * Follows one stream until it ends, and reports what happens to it: what {@code subscribe} and
 * {@code tail} have in common. What becomes of an event is up to the command's {@link EventSink}.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format} and the SDK.
 */
@NullMarked
package io.heliograph.cli.follow;

import org.jspecify.annotations.NullMarked;
