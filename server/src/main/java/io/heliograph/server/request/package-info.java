/**
 * Parses requests, and answers them with JSON or with a problem document.
 *
 * <p>May use {@code event}, {@code hub}, {@code limit}, {@code observe} and {@code helidon}. Knows
 * no routes; {@code gate}, {@code publish} and {@code http} use it.
 */
@NullMarked
package io.heliograph.server.request;

import org.jspecify.annotations.NullMarked;
