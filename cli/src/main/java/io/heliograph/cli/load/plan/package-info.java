/**
 * What a load test is asked to do, as values.
 *
 * <p>May use {@code meter} and {@code result}. ArchitectureTest holds this rule.
 */
@NullMarked
package io.heliograph.cli.load.plan;

import org.jspecify.annotations.NullMarked;
