/**
 * A small JSON reader, for what a server's own answers and control events hold, and a writer. Uses
 * no other package of the inside.
 */
@NullMarked
package io.heliograph.client.internal.json;

import org.jspecify.annotations.NullMarked;
