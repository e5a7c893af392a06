/**
 * Calls of the HTTP API: publishing, and questions to the server. May use {@code http} and below;
 * knows nothing of streams.
 */
@NullMarked
package io.heliograph.client.internal.publish;

import org.jspecify.annotations.NullMarked;
