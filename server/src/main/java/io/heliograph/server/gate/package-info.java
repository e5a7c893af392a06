/**
 * Admits or refuses requests: by caller, by the web page's origin, and by the limits on streams.
 *
 * <p>May use {@code auth}, {@code request}, {@code wire} and their dependencies. {@code http} puts
 * every route behind the gate.
 */
@NullMarked
package io.heliograph.server.gate;

import org.jspecify.annotations.NullMarked;
