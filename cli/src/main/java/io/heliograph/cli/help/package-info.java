/** {@code sse-cli help} and {@code completion}, and how every help text is laid out. */
@NullMarked
package io.heliograph.cli.help;

import org.jspecify.annotations.NullMarked;
