/**
 * {@code sse-cli report}: shows what a simulation found, compares two and adds up several.
 *
 * <p>May use {@code shell}, {@code option}, {@code results} and {@code load.result}.
 */
@NullMarked
package io.heliograph.cli.report;

import org.jspecify.annotations.NullMarked;
