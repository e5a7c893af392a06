/**
 * The connection between a command and the shell that started it: terminals, the two output
 * streams, color, signals, exit codes.
 *
 * <p>May use nothing else of the CLI. Knows neither picocli nor the SDK.
 */
@NullMarked
package io.heliograph.cli.shell;

import org.jspecify.annotations.NullMarked;
