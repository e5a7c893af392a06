/**
 * Lets a request pass, or says why not: who sends it, from which web page, and whether there is
 * room for one more stream.
 *
 * <p>May use {@code auth}, {@code request}, {@code wire} and what these may use. {@code http} puts
 * every route behind it.
 */
@NullMarked
package io.heliograph.server.gate;

import org.jspecify.annotations.NullMarked;
