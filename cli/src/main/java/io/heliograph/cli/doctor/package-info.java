/**
 * {@code sse-cli doctor}: checks a stream step by step, and names the usual cause and the fix of
 * each failure.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format} and the SDK.
 */
@NullMarked
package io.heliograph.cli.doctor;

import org.jspecify.annotations.NullMarked;
