/**
 * Metrics by Micrometer, for programs that have {@code io.micrometer:micrometer-core}. Nothing else
 * of the library needs it.
 */
@NullMarked
package io.heliograph.client.micrometer;

import org.jspecify.annotations.NullMarked;
