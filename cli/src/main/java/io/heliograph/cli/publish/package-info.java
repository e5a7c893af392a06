/** {@code sse-cli publish}: sends events, one or many. */
@NullMarked
package io.heliograph.cli.publish;

import org.jspecify.annotations.NullMarked;
