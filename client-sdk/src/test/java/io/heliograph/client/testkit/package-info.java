/** A server for tests of SSE clients; to become public one day. */
@NullMarked
package io.heliograph.client.testkit;

import org.jspecify.annotations.NullMarked;
