/**
 * What a request needs to be let in: headers and the bearer token, named by reference so that it
 * stands neither in the history of the shell nor in the list of processes.
 *
 * <p>May use {@code shell}, {@code option}, {@code settings} and the SDK.
 */
@NullMarked
package io.heliograph.cli.access;

import org.jspecify.annotations.NullMarked;
