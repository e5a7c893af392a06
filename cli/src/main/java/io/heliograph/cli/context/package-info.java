/**
 * {@code sse-cli context} and {@code config}: servers, and what it takes to talk to them, under
 * names; and what of it is in effect.
 */
@NullMarked
package io.heliograph.cli.context;

import org.jspecify.annotations.NullMarked;
