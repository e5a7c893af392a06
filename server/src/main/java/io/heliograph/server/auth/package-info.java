/**
 * Says who a caller is and what it may do: tokens, tickets, revocations.
 *
 * <p>May use {@code event} and {@code observe}. Serves no HTTP and knows nothing of streams: {@code
 * http} asks it, and {@code hub} is told by {@code http} what to end.
 */
@NullMarked
package io.heliograph.server.auth;

import org.jspecify.annotations.NullMarked;
