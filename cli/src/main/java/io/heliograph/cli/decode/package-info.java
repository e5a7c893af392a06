/** {@code sse-cli decode}: reads the bytes of any event stream, and writes its events. */
@NullMarked
package io.heliograph.cli.decode;

import org.jspecify.annotations.NullMarked;
