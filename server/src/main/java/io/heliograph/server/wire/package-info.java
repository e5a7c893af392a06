/**
 * Turns what a connection has to say into Server-Sent Events on a socket, and sees the peer leave.
 *
 * <p>May use {@code event}, {@code reactor}, {@code hub} and {@code helidon}. The only package that
 * knows the stream's bytes.
 */
@NullMarked
package io.heliograph.server.wire;

import org.jspecify.annotations.NullMarked;
