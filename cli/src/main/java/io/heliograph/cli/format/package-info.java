/**
 * Turns what happens on a stream into lines: text for people, JSON for programs. Pure.
 *
 * <p>May use {@code shell} for colour and for harmless text. Knows neither picocli nor the SDK.
 */
@NullMarked
package io.heliograph.cli.format;

import org.jspecify.annotations.NullMarked;
