/** {@code sse-cli tail}: shows an operator what passes through a server. */
@NullMarked
package io.heliograph.cli.tail;

import org.jspecify.annotations.NullMarked;
