package io.heliograph.spring;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code heliograph.*}. A {@link HeliographCustomizer} sets everything else.
 *
 * @param url the server's base URL, such as {@code https://events.example}; without it there are no
 *     beans
 * @param token a bearer token that never expires; alternatively a bean of type {@code
 *     TokenProvider}
 * @param positions the file that keeps the positions of streams across restarts; alternatively a
 *     bean of type {@code ResumeStore}. Without either, positions are lost when the program ends
 * @param timeout total time of a publish or another call, with all retries
 */
@ConfigurationProperties("heliograph")
public record HeliographProperties(
    URI url,
    @Nullable String token,
    @Nullable Path positions,
    @DefaultValue("3s") Duration timeout) {}
