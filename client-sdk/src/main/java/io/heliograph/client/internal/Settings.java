package io.heliograph.client.internal;

import io.heliograph.client.Heartbeat;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.TokenProvider;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all streams of a client have in common.
 *
 * @param tokens null where none are sent
 */
public record Settings(
    @Nullable TokenProvider tokens,
    ReconnectPolicy reconnect,
    Heartbeat heartbeat,
    Duration attemptTimeout,
    int maxEventBytes,
    Ticks ticks) {}
