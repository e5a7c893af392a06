/**
 * What stands between a command and the shell that started it: terminals, the two output streams,
 * colour, signals, exit codes.
 *
 * <p>May use nothing else of the CLI. Knows neither picocli nor the SDK.
 */
@NullMarked
package io.heliograph.cli.shell;

import org.jspecify.annotations.NullMarked;
