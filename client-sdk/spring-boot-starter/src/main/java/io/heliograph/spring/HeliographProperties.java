package io.heliograph.spring;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code heliograph.*}. Whatever else a client has is set by a {@link
 * HeliographCustomizer}.
 *
 * @param url the server's base, such as {@code https://events.example}; without it there are no
 *     beans
 * @param token a bearer token that never ends; else a bean of type {@code TokenProvider}
 * @param positions the file that keeps the positions of streams over restarts of the program; else
 *     a bean of type {@code ResumeStore}, else positions end with the program
 * @param timeout how long a publish or another call may take in all, with every retry
 */
@ConfigurationProperties("heliograph")
public record HeliographProperties(
    URI url,
    @Nullable String token,
    @Nullable Path positions,
    @DefaultValue("3s") Duration timeout) {}
