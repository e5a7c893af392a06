/**
 * All metrics of the server and their export to Prometheus, and the fields of log lines.
 *
 * <p>May use no other package of the server. All packages except {@code event}, {@code log} and
 * {@code config} may use it.
 */
@NullMarked
package io.heliograph.server.observe;

import org.jspecify.annotations.NullMarked;
