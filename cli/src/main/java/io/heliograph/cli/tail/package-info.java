/**
 * {@code sse-cli tail}: shows an operator what passes through a server.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format}, {@code follow} and the
 * SDK.
 */
@NullMarked
package io.heliograph.cli.tail;

import org.jspecify.annotations.NullMarked;
