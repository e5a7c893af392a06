/**
 * One thread that waits for many sockets.
 *
 * <p>Depends on no other package of the server, and knows nothing of HTTP, streams or users. It
 * reports that a socket is writable again, that the peer has sent data, and that the peer has left.
 */
@NullMarked
package io.heliograph.server.reactor;

import org.jspecify.annotations.NullMarked;
