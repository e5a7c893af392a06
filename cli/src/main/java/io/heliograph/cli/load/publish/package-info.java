/** Publishes at the planned times, open-loop. */
@NullMarked
package io.heliograph.cli.load.publish;

import org.jspecify.annotations.NullMarked;
