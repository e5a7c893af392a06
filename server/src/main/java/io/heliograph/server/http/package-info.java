/**
 * The HTTP API: all paths on one page ({@link io.heliograph.server.http.Routes}), one handler per
 * resource.
 *
 * <p>May use all packages except {@code config} and the root package.
 */
@NullMarked
package io.heliograph.server.http;

import org.jspecify.annotations.NullMarked;
