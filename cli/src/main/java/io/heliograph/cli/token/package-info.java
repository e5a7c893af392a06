/** {@code sse-cli token}: makes a token for a server under development. */
@NullMarked
package io.heliograph.cli.token;

import org.jspecify.annotations.NullMarked;
