/**
 * The HTTP API: all paths on one page ({@link io.heliograph.server.http.Routes}), a handler a
 * resource.
 *
 * <p>May use all packages but {@code config} and the one that joins them.
 */
@NullMarked
package io.heliograph.server.http;

import org.jspecify.annotations.NullMarked;
