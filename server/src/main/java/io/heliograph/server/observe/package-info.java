/**
 * Every figure of the server, once, and how Prometheus reads it; what a line of the log is made of.
 *
 * <p>May use nothing of the server; all packages but {@code event}, {@code log} and {@code config}
 * may use it.
 */
@NullMarked
package io.heliograph.server.observe;

import org.jspecify.annotations.NullMarked;
