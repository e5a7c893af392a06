/**
 * How it works: bytes → EventStreamSource → OkHttp's EventSource → StreamReader → Session → the
 * reader. Not exported; may change at any time.
 */
@NullMarked
package io.heliograph.client.internal;

import org.jspecify.annotations.NullMarked;
