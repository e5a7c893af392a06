/**
 * Keeps the events on disk: segments of records, one committer for all users, and the logs in use
 * in memory.
 *
 * <p>May use {@code log} and {@code event}.
 */
@NullMarked
package io.heliograph.server.log.file;

import org.jspecify.annotations.NullMarked;
