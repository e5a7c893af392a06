/** {@code sse-cli rehearse}: what the build runs to make the AOT cache. Not for users. */
@NullMarked
package io.heliograph.cli.rehearse;

import org.jspecify.annotations.NullMarked;
