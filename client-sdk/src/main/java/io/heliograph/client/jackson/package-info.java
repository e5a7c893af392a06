/**
 * JSON by Jackson 2, for programs that have {@code com.fasterxml.jackson.databind}. Nothing else of
 * the library needs it.
 */
@NullMarked
package io.heliograph.client.jackson;

import org.jspecify.annotations.NullMarked;
