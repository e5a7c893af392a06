/**
 * Where options that are not on the command line get their values: the environment, and a context
 * of the user's file.
 *
 * <p>May use {@code shell}, {@code option} and picocli; alone knows snakeyaml, which is loaded only
 * if there is a file to read.
 */
@NullMarked
package io.heliograph.cli.settings;

import org.jspecify.annotations.NullMarked;
