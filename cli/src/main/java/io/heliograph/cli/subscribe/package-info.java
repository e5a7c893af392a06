/**
 * {@code sse-cli subscribe}: follows one stream and prints its events.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format}, {@code follow} and the
 * SDK.
 */
@NullMarked
package io.heliograph.cli.subscribe;

import org.jspecify.annotations.NullMarked;
