/** {@code sse-cli report}: shows what a simulation found, compares two and adds up several. */
@NullMarked
package io.heliograph.cli.report;

import org.jspecify.annotations.NullMarked;
