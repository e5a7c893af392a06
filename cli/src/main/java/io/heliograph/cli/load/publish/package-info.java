/**
 * Publishes at the planned times, open-loop.
 *
 * <p>May use {@code meter}, {@code result} and {@code plan}. ArchitectureTest holds this rule.
 */
@NullMarked
package io.heliograph.cli.load.publish;

import org.jspecify.annotations.NullMarked;
