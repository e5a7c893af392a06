/**
 * Reports when users come online and go offline, with a grace period that hides page reloads.
 *
 * <p>May use {@code event}, {@code log} and {@code hub}. The events are kept in a log like any
 * other, so that their readers can resume and receive gaps.
 */
@NullMarked
package io.heliograph.server.presence;

import org.jspecify.annotations.NullMarked;
