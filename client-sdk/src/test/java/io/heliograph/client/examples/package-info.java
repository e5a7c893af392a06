/** What docs/guides/java.md shows; GuideTest holds the two together, and ExamplesTest runs it. */
@NullMarked
package io.heliograph.client.examples;

import org.jspecify.annotations.NullMarked;
