/**
 * Holds the connections of simulated users, and lets users leave, return and be cut off.
 *
 * <p>May use {@code meter}, {@code result}, {@code plan} and the SDK. ArchitectureTest holds this
 * rule.
 */
@NullMarked
package io.heliograph.cli.load.users;

import org.jspecify.annotations.NullMarked;
