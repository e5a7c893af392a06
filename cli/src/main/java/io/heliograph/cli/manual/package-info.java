/**
 * {@code sse-cli help} and {@code sse-cli examples}: what does not belong to one command.
 *
 * <p>May use {@code option} and {@code shell}. The texts are resources.
 */
@NullMarked
package io.heliograph.cli.manual;

import org.jspecify.annotations.NullMarked;
