/** {@code sse-cli subscribe}: follows one stream and prints its events. */
@NullMarked
package io.heliograph.cli.subscribe;

import org.jspecify.annotations.NullMarked;
