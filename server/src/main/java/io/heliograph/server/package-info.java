/**
 * Heliograph's server: events that are published to a user reach every open stream of the user.
 *
 * <p>The packages follow the path of an event: {@code publish} accepts it, {@code log} assigns its
 * position, {@code hub} wakes the user's connections, {@code wire} writes it. ArchitectureTest
 * enforces the dependencies. This package wires the objects together and may use all packages.
 */
@NullMarked
package io.heliograph.server;

import org.jspecify.annotations.NullMarked;
