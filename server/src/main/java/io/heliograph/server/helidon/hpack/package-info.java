/**
 * Decodes the heads of HTTP/2 (RFC 7541) within bounds, before Helidon does.
 *
 * <p>Knows nothing of connections and frames: {@code helidon} passes it the bytes of a head, and
 * hands its result on to Helidon.
 */
@NullMarked
package io.heliograph.server.helidon.hpack;

import org.jspecify.annotations.NullMarked;
