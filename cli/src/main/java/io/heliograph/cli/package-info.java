/**
 * The program {@code sse-cli}: joins its commands and runs one of them.
 *
 * <p>One package a command, each with a class that reads the command line (…Command) and one that
 * does the work (…Task). Commands do not know each other; they share {@code option} and {@code
 * access} (what they read), {@code settings} (what is configured), {@code follow} (how a stream is
 * followed), {@code format} (what they write) and {@code shell} (where they run).
 */
@NullMarked
package io.heliograph.cli;

import org.jspecify.annotations.NullMarked;
