package io.heliograph.client;

import java.time.Instant;
import java.util.Optional;

/**
 * Figures of one stream since it was opened.
 *
 * @param attempts that were begun
 * @param connections that were open
 * @param events that were handed over
 * @param bytes of all bodies, decompressed
 * @param gaps that Heliograph told of
 * @param droppedLines that are no field of an event stream, so that the standard drops them (WHATWG
 *     HTML, section 9.2.6): mostly an error that the server has written into the stream. The first
 *     of them is in the log
 * @param lastByteAt when the last byte of a body came; empty if none did
 */
public record StreamStats(
    long attempts,
    long connections,
    long events,
    long bytes,
    long gaps,
    long droppedLines,
    Optional<Instant> lastByteAt) {}
