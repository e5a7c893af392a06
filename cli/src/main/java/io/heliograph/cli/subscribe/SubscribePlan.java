package io.heliograph.cli.subscribe;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.client.ReconnectPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What {@code subscribe} was asked to do.
 *
 * @param url the stream, or null for that of {@code user} at {@code server}
 * @param user null with a {@code url}
 * @param waitForServer whether a server that was never reached is tried again: mostly it is a typo
 *     in the URL, and whoever made it wants to be told
 * @param resumeCommand a command line that goes on where this one ended, without the id
 */
record SubscribePlan(
    URI server,
    @Nullable URI url,
    @Nullable String user,
    OutputFormat output,
    boolean meta,
    OptionalLong count,
    @Nullable Duration timeout,
    @Nullable Duration duration,
    @Nullable String lastEventId,
    boolean fromOldest,
    ReconnectPolicy reconnect,
    boolean waitForServer,
    boolean failOnGap,
    List<Header> headers,
    TypeFilter types,
    String resumeCommand) {}
