/**
 * Test kit for programs that follow Server-Sent Events. {@link
 * io.heliograph.client.testkit.SseTestServer} is a real server that a test controls down to the
 * byte, including faults. With {@link io.heliograph.client.testkit.VirtualClock}, a client's
 * waiting takes no time. The kit works with any test framework, and the server with any SSE client.
 */
@NullMarked
package io.heliograph.client.testkit;

import org.jspecify.annotations.NullMarked;
