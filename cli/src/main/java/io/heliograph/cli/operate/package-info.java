/**
 * {@code sse-cli users}, {@code kick}, {@code revoke} and {@code stats}: what an operator asks of a
 * server and tells it.
 */
@NullMarked
package io.heliograph.cli.operate;

import org.jspecify.annotations.NullMarked;
