/**
 * Values that the other packages speak in: no input or output, and a value that exists is valid.
 *
 * <p>May use nothing of the server.
 */
@NullMarked
package io.heliograph.server.event;

import org.jspecify.annotations.NullMarked;
