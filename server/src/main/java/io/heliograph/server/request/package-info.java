/**
 * Reads what a request says, and answers it with JSON or with a problem.
 *
 * <p>May use {@code event}, {@code hub}, {@code limit}, {@code observe} and {@code helidon}. Knows
 * no route: {@code gate}, {@code publish} and {@code http} use it.
 */
@NullMarked
package io.heliograph.server.request;

import org.jspecify.annotations.NullMarked;
