/**
 * The Heliograph client in Spring Boot: beans by {@code heliograph.*} properties, streams that
 * follow the life of the context, metrics, health. See {@link
 * io.heliograph.spring.HeliographProperties}.
 */
@NullMarked
package io.heliograph.spring;

import org.jspecify.annotations.NullMarked;
