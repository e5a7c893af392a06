package io.heliograph.server.hub;

import java.time.Duration;

/**
 * The times of every stream.
 *
 * @param heartbeat the longest silence of a stream
 * @param retry what a reader is told to wait before it comes back
 * @param writeTimeout for how long one write may be stuck before the stream is closed
 */
public record StreamLimits(Duration heartbeat, Duration retry, Duration writeTimeout) {}
