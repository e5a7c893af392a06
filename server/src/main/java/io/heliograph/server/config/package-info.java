/**
 * The settings as a tree of records. An unknown or invalid setting prevents startup, with a message
 * that says how to fix it.
 *
 * <p>May use {@code event} and {@code limit}, to validate their values.
 */
@NullMarked
package io.heliograph.server.config;

import org.jspecify.annotations.NullMarked;
