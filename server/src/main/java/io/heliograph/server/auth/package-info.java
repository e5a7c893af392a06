/**
 * Authenticates callers and knows their rights: tokens, tickets, revocations.
 *
 * <p>May use {@code event} and {@code observe}. Knows neither HTTP nor streams: {@code gate} calls
 * it, and tells {@code hub} which streams to end.
 */
@NullMarked
package io.heliograph.server.auth;

import org.jspecify.annotations.NullMarked;
