/**
 * Options that several commands share, and how their values are written.
 *
 * <p>May use {@code shell}, picocli and the SDK's values. Does no work.
 */
@NullMarked
package io.heliograph.cli.option;

import org.jspecify.annotations.NullMarked;
