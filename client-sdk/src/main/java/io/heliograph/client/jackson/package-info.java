/**
 * JSON by Jackson: 2 for programs that have {@code com.fasterxml.jackson.databind}, 3 for those
 * that have {@code tools.jackson.databind}. Nothing else of the library needs either.
 */
@NullMarked
package io.heliograph.client.jackson;

import org.jspecify.annotations.NullMarked;
