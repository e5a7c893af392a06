/** {@code sse-cli demo}: a server, two users and their events, in one terminal. */
@NullMarked
package io.heliograph.cli.demo;

import org.jspecify.annotations.NullMarked;
