/**
 * One stream over all its connections: attempts, reconnecting, positions, renewal of tokens, and
 * what is told of all that. {@code Session} is the one way in. May use {@code read} and below.
 */
@NullMarked
package io.heliograph.client.internal.session;

import org.jspecify.annotations.NullMarked;
