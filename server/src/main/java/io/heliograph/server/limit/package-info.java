/**
 * Quotas and rates: who may open one more stream, who may publish one more event.
 *
 * <p>May use {@code event}. Decides only: {@code gate} and {@code publish} ask, and answer the
 * request.
 */
@NullMarked
package io.heliograph.server.limit;

import org.jspecify.annotations.NullMarked;
