/**
 * Value types that the other packages share. No input or output; every instance is valid.
 *
 * <p>May use no other package of the server.
 */
@NullMarked
package io.heliograph.server.event;

import org.jspecify.annotations.NullMarked;
