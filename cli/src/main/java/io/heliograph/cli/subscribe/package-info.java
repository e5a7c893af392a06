/**
 * {@code sse-cli subscribe}: follows one stream, prints its events, and says what happens to it.
 *
 * <p>May use {@code shell}, {@code option}, {@code format} and the SDK.
 */
@NullMarked
package io.heliograph.cli.subscribe;

import org.jspecify.annotations.NullMarked;
