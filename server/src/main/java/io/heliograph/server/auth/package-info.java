/**
 * Says who a caller is and what it may do: tokens, tickets, revocations.
 *
 * <p>May use {@code event} and {@code observe}. Serves no HTTP and knows nothing of streams: {@code
 * gate} asks it, and tells {@code hub} what to end.
 */
@NullMarked
package io.heliograph.server.auth;

import org.jspecify.annotations.NullMarked;
