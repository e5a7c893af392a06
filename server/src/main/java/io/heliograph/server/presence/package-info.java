/**
 * Tells when users come online and go offline, with a grace in which a page reload is no edge.
 *
 * <p>May use {@code event} and {@code hub}. The edges are a log like any other, so that who follows
 * them resumes, and is told of a gap.
 */
@NullMarked
package io.heliograph.server.presence;

import org.jspecify.annotations.NullMarked;
