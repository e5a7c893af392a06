/**
 * Observes the server, this machine and this program while a load test runs.
 *
 * <p>May use {@code meter}, {@code result} and {@code plan}. ArchitectureTest holds this rule.
 */
@NullMarked
package io.heliograph.cli.load.observe;

import org.jspecify.annotations.NullMarked;
