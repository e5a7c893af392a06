package io.heliograph.client;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One attempt of a stream, in progress or ended.
 *
 * @param number counts the stream's attempts, from 1
 * @param uri the target; after redirects once the stream is open; secrets are masked as in {@link
 *     Signal.Opened}
 * @param lastEventId the id that it resumed from, {@code ""} for none
 * @param startedAt when it began
 * @param openAfter time until the stream was open; empty if it never was
 * @param lasted time from start to end, or until now
 * @param bytes received body bytes, decompressed
 * @param events number of events handed over
 * @param end why it ended; empty while it is in progress
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
