/**
 * {@code sse-cli report}: what a simulation found, as text, JSON and one HTML page; two of them
 * side by side; several added up.
 *
 * <p>May use {@code shell}, {@code option}, {@code format} and {@code meter}. {@code simulate}
 * writes its results by it.
 */
@NullMarked
package io.heliograph.cli.report;

import org.jspecify.annotations.NullMarked;
