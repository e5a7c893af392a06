/**
 * {@code sse-cli users}, {@code kick}, {@code revoke} and {@code stats}: what an operator asks of a
 * server and tells it.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format} and the SDK.
 */
@NullMarked
package io.heliograph.cli.operate;

import org.jspecify.annotations.NullMarked;
