/**
 * Metrics with Micrometer, for programs that have {@code io.micrometer:micrometer-core}. The rest
 * of the library does not need it.
 */
@NullMarked
package io.heliograph.client.micrometer;

import org.jspecify.annotations.NullMarked;
