/**
 * {@code sse-cli help} and {@code completion}, and how every help text is laid out.
 *
 * <p>May use {@code option} and {@code shell}.
 */
@NullMarked
package io.heliograph.cli.help;

import org.jspecify.annotations.NullMarked;
