/** What every part needs: threads, time, text for logs. Uses no other package of the inside. */
@NullMarked
package io.heliograph.client.internal.base;

import org.jspecify.annotations.NullMarked;
