/**
 * Heliograph's server: publish to a user, and every stream that the user has open gets it.
 *
 * <p>The way of an event is the order of the packages: {@code publish} takes it, {@code log} gives
 * it its place, {@code hub} wakes the user's connections, {@code wire} writes it. ArchitectureTest
 * holds the arrows. This package joins the objects and knows them all.
 */
@NullMarked
package io.heliograph.server;

import org.jspecify.annotations.NullMarked;
