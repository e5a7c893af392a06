/**
 * Connections to Redis: {@link io.heliograph.server.redis.Redis} owns all of them, runs scripts,
 * and keeps subscriptions alive over reconnects, failovers and slot migrations.
 *
 * <p>May use nothing else. Knows no events: {@code log.redis} does.
 */
@NullMarked
package io.heliograph.server.redis;

import org.jspecify.annotations.NullMarked;
