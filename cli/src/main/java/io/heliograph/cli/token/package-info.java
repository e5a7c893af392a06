/**
 * {@code sse-cli token}: makes a token for a server under development.
 *
 * <p>May use {@code shell}, {@code option} and the JWT library.
 */
@NullMarked
package io.heliograph.cli.token;

import org.jspecify.annotations.NullMarked;
