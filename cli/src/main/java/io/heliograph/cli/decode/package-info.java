/**
 * {@code sse-cli decode}: reads the bytes of an event stream, of any server, and writes its events.
 *
 * <p>May use {@code shell}, {@code option}, {@code format}, and the SDK, whose parser it is.
 */
@NullMarked
package io.heliograph.cli.decode;

import org.jspecify.annotations.NullMarked;
