/**
 * {@code sse-cli completion}: a script that lets a shell complete what is typed.
 *
 * <p>May use {@code option}, {@code settings} and {@code shell}.
 */
@NullMarked
package io.heliograph.cli.completion;

import org.jspecify.annotations.NullMarked;
