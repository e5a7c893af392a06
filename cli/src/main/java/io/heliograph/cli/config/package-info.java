/**
 * {@code sse-cli config}: tells what is configured, and where.
 *
 * <p>May use {@code settings}, {@code option}, {@code format} and {@code shell}.
 */
@NullMarked
package io.heliograph.cli.config;

import org.jspecify.annotations.NullMarked;
