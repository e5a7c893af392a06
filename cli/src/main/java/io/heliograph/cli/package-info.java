/** Placeholder until the first class. */
@NullMarked
package io.heliograph.cli;

import org.jspecify.annotations.NullMarked;
