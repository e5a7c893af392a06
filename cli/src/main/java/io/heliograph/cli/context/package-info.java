/**
 * {@code sse-cli context}: keeps servers, and what it takes to talk to them, under names.
 *
 * <p>May use {@code settings}, {@code option}, {@code access}, {@code format} and {@code shell}.
 */
@NullMarked
package io.heliograph.cli.context;

import org.jspecify.annotations.NullMarked;
