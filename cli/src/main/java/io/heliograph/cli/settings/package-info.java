/**
 * Where options get their values from that the command line does not give: the environment, a file
 * in the working directory, a context of the user's configuration.
 *
 * <p>May use {@code shell}, {@code option} and picocli; alone knows snakeyaml, which is loaded only
 * when there is a file to read.
 */
@NullMarked
package io.heliograph.cli.settings;

import org.jspecify.annotations.NullMarked;
