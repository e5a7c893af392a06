/**
 * {@code sse-cli demo}: a server, two users and their events, in one terminal.
 *
 * <p>May use {@code shell}, {@code option}, {@code format}, the SDK and the embedded server.
 */
@NullMarked
package io.heliograph.cli.demo;

import org.jspecify.annotations.NullMarked;
