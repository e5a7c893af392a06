package io.heliograph.client.internal.session;

import io.heliograph.client.AckMode;
import io.heliograph.client.AttemptCustomizer;
import io.heliograph.client.ClientObserver;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.Redirects;
import io.heliograph.client.ResumeStore;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.internal.base.Ticks;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What all streams of a client have in common.
 *
 * @param tokens null where none are sent
 * @param customizer null where requests go as they are
 * @param resumeStore null where positions end with their stream
 * @param observer null where nobody looks on; it throws nothing
 */
public record Settings(
    @Nullable TokenProvider tokens,
    @Nullable AttemptCustomizer customizer,
    ReconnectPolicy reconnect,
    Heartbeat heartbeat,
    Duration attemptTimeout,
    int maxEventBytes,
    Redirects redirects,
    @Nullable ResumeStore resumeStore,
    AckMode ackMode,
    @Nullable ClientObserver observer,
    Ticks ticks) {}
