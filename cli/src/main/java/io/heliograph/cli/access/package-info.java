/**
 * What a request carries: headers and the bearer token, which is named by reference so that it is
 * neither in the history of the shell nor in the list of processes.
 *
 * <p>May use {@code shell}, {@code option}, {@code settings} and the SDK.
 */
@NullMarked
package io.heliograph.cli.access;

import org.jspecify.annotations.NullMarked;
