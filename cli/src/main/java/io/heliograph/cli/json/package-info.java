/**
 * JSON, read and written in one place on jackson-core.
 *
 * <p>Uses no other package of the CLI, so that the load test may use it, too.
 */
@NullMarked
package io.heliograph.cli.json;

import org.jspecify.annotations.NullMarked;
