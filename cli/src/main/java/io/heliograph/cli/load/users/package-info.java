/** Holds the connections of simulated users, and lets users leave, return and be cut off. */
@NullMarked
package io.heliograph.cli.load.users;

import org.jspecify.annotations.NullMarked;
