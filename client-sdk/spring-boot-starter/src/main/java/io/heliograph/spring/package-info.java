/**
 * The Heliograph client in Spring Boot: beans configured by {@code heliograph.*} properties,
 * streams that start and stop with the context, metrics, health. See {@link
 * io.heliograph.spring.HeliographProperties}.
 */
@NullMarked
package io.heliograph.spring;

import org.jspecify.annotations.NullMarked;
