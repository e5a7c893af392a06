/**
 * Repairs Helidon 4.5: where requests end, what closes when, and streams on HTTP/2; each class says
 * for which reason, and when it can go.
 *
 * <p>May use {@code event} and {@code hub}. Knows no route and nothing of Server-Sent Events.
 */
@NullMarked
package io.heliograph.server.helidon;

import org.jspecify.annotations.NullMarked;
