package io.heliograph.client;

import java.time.Instant;
import java.util.Optional;

/**
 * Counts of one stream since it was opened.
 *
 * @param attempts number of started attempts
 * @param connections number of attempts that opened the stream
 * @param events number of events handed over
 * @param bytes of all bodies, decompressed
 * @param gaps number of gaps that Heliograph reported
 * @param droppedLines number of lines that are not fields of an event stream, which the standard
 *     ignores (WHATWG HTML, section 9.2.6); usually an error that the server wrote into the stream.
 *     The first one is logged
 * @param lastByteAt time of the last byte of a body; empty if there was none
 */
public record StreamStats(
    long attempts,
    long connections,
    long events,
    long bytes,
    long gaps,
    long droppedLines,
    Optional<Instant> lastByteAt) {}
