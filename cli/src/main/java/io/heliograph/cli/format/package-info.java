/**
 * Turns what happens on a stream into lines: text for people, JSON for programs. Pure.
 *
 * <p>May use {@code json}, {@code shell} and the SDK. Does not know picocli.
 */
@NullMarked
package io.heliograph.cli.format;

import org.jspecify.annotations.NullMarked;
