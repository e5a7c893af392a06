/** Observes the server, this machine and this program while a load test runs. */
@NullMarked
package io.heliograph.cli.load.observe;

import org.jspecify.annotations.NullMarked;
