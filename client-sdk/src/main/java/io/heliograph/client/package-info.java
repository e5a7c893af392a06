/** Placeholder until the first class. */
@NullMarked
package io.heliograph.client;

import org.jspecify.annotations.NullMarked;
