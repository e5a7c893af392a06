/**
 * Follows Server-Sent Events streams and publishes events to Heliograph.
 *
 * <p>Start at {@link io.heliograph.client.SseClient}. It works with any SSE server; with Heliograph
 * it also understands the control events of the stream ({@code docs/protocol.md}). Streams are read
 * according to the <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">WHATWG
 * HTML standard, section 9.2</a> . The connection is an OkHttp {@code EventSource}. OkHttp types
 * appear in this API only in {@link io.heliograph.client.SseClient.Builder#okHttp}.
 */
@NullMarked
package io.heliograph.client;

import org.jspecify.annotations.NullMarked;
