/**
 * Quotas and rates: whether a caller may open another stream or publish another event.
 *
 * <p>May use {@code event}. Only decides; {@code gate} and {@code publish} call it and answer the
 * request.
 */
@NullMarked
package io.heliograph.server.limit;

import org.jspecify.annotations.NullMarked;
