/**
 * {@code sse-cli doctor}: checks a stream step by step, and names the usual cause and the fix of
 * each failure.
 */
@NullMarked
package io.heliograph.cli.doctor;

import org.jspecify.annotations.NullMarked;
