/**
 * A small JSON reader and writer, for control events and the answers of the HTTP API. It exists
 * because the JDK has none, and a library would be forced on every user in one version: programs
 * bring Jackson 2, Jackson 3, both, or another one. Uses no other package of the inside.
 */
@NullMarked
package io.heliograph.client.internal.json;

import org.jspecify.annotations.NullMarked;
