package io.heliograph.client.internal.session;

import io.heliograph.client.Event;
import java.util.List;
import java.util.function.Predicate;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * One stream as its user wants it.
 *
 * @param name for the store and the observer
 * @param requests one for each endpoint, in the order in which they are tried; at least one
 * @param lastEventId where to begin, {@code ""} for no place in particular
 * @param mayRepeat whether a request may be sent again once it was sent
 * @param until which event is the last one; null for none
 */
public record StreamPlan(
    String name,
    List<Request> requests,
    String lastEventId,
    boolean mayRepeat,
    @Nullable Predicate<Event> until) {}
