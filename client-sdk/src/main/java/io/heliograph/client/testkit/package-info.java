/**
 * For tests of programs that follow Server-Sent Events: {@link
 * io.heliograph.client.testkit.SseTestServer} is a real server that does as it is told, down to the
 * byte, faults included; with {@link io.heliograph.client.testkit.VirtualClock} a client's hours of
 * waiting take no time. Works with any test framework and, the server, with any SSE client.
 */
@NullMarked
package io.heliograph.client.testkit;

import org.jspecify.annotations.NullMarked;
