package io.heliograph.client;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt of a stream, on its way or over.
 *
 * @param number of the stream's attempts, from 1
 * @param uri where it went: after redirects once it is open; shown as in {@link Signal.Opened}
 * @param lastEventId the id that it resumed from, {@code ""} for none
 * @param startedAt when it began
 * @param openAfter how long it took until the stream was open; empty if it is not, or never was
 * @param lasted from its beginning to its end, or until now
 * @param bytes of the body that came, decompressed
 * @param events that were handed over
 * @param end why it ended; empty while it has not
 */
public record AttemptReport(
    int number,
    URI uri,
    String lastEventId,
    Instant startedAt,
    Optional<Duration> openAfter,
    Duration lasted,
    long bytes,
    long events,
    Optional<Cause> end) {}
