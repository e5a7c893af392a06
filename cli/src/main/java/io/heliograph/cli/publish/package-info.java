/**
 * {@code sse-cli publish}: sends one event.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format} and the SDK.
 */
@NullMarked
package io.heliograph.cli.publish;

import org.jspecify.annotations.NullMarked;
