/**
 * The three ways to consume a session: pulled, pushed to a listener, and as a {@code
 * Flow.Publisher}. May use {@code session} and below.
 */
@NullMarked
package io.heliograph.client.internal.consume;

import org.jspecify.annotations.NullMarked;
