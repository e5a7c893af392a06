/**
 * The settings as a tree of records; one that is unknown or bad stops the start and names its mend.
 *
 * <p>May use nothing of the server.
 */
@NullMarked
package io.heliograph.server.config;

import org.jspecify.annotations.NullMarked;
