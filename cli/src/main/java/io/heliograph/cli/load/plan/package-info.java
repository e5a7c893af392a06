/** What a load test is asked to do, as values. */
@NullMarked
package io.heliograph.cli.load.plan;

import org.jspecify.annotations.NullMarked;
