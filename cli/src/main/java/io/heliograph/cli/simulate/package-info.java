/**
 * {@code sse-cli simulate}: many users at once, what they are sent, what happens to their
 * connections, and a report of what they saw.
 *
 * <p>May use {@code shell}, {@code option}, {@code format}, {@code meter}, {@code report} and the
 * SDK. One thread plans publishes ({@link io.heliograph.cli.simulate.Pace}), lanes carry them out
 * ({@link io.heliograph.cli.simulate.Lanes}), an engine holds the users' connections, and all of
 * them write to one meter.
 */
@NullMarked
package io.heliograph.cli.simulate;

import org.jspecify.annotations.NullMarked;
