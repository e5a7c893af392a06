/**
 * Requests, answers, and names of hosts: what a stream and a publisher have in common on the
 * network. May use {@code base} and {@code json}.
 */
@NullMarked
package io.heliograph.client.internal.http;

import org.jspecify.annotations.NullMarked;
