/**
 * Decoders that use Jackson: Jackson 2 for programs that have {@code
 * com.fasterxml.jackson.databind}, Jackson 3 for programs that have {@code tools.jackson.databind}.
 * The rest of the library needs neither.
 */
@NullMarked
package io.heliograph.client.jackson;

import org.jspecify.annotations.NullMarked;
