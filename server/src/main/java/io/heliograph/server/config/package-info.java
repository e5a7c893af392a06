/**
 * The settings as a tree of records; one that is unknown or bad stops the start and names its mend.
 *
 * <p>May use {@code event} and {@code limit}, to check what they will be given.
 */
@NullMarked
package io.heliograph.server.config;

import org.jspecify.annotations.NullMarked;
