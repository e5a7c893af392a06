/**
 * {@code sse-cli doctor}: goes the way of a stream step by step, and says what is wrong on it, why
 * that is mostly so, and what helps.
 *
 * <p>May use {@code shell}, {@code option}, {@code access}, {@code format} and the SDK.
 */
@NullMarked
package io.heliograph.cli.doctor;

import org.jspecify.annotations.NullMarked;
