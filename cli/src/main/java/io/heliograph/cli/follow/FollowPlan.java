package io.heliograph.cli.follow;

import io.heliograph.cli.access.Detour;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.net.URI;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which stream to follow, and until when.
 *
 * @param client makes the client, once, after the first words on the terminal: to load the SDK
 *     takes longer than a person wants to wait for them
 * @param uri the stream, for people
 * @param detour the proxy that it comes through; null for none
 * @param user whose stream; null where it is not that of one user
 * @param lastEventId where to resume; {@code ""} for nowhere
 * @param replays whether events of the past may come before it is live, though it resumes nowhere
 * @param options what the command line said of all this
 * @param positions told of all that is done
 * @param telling what is said beside the events
 * @param ends what ends it, beside the options
 * @param resume a command that goes on where this one ends; null where there is none
 * @param serverHint how to start a server, where nobody listens; {@code ""} to say nothing
 */
public record FollowPlan(
    Clients client,
    StreamSpec spec,
    URI uri,
    @Nullable Detour detour,
    @Nullable String user,
    String lastEventId,
    boolean replays,
    FollowOptions options,
    EventFilter filter,
    PositionKeeper positions,
    Telling telling,
    Ends ends,
    @Nullable ResumeLine resume,
    String serverHint) {

  /**
   * What is said beside the events.
   *
   * @param json whether errors are written as JSON
   * @param meta whether what happens to the stream is told on stdout, too
   * @param comments whether comments, which most heartbeats are, are told on stderr
   */
  public record Telling(boolean json, boolean meta, boolean comments) {}

  /**
   * What ends a stream.
   *
   * @param gap whether events that were lost do
   * @param live whether it ends once all that is kept has been written
   * @param until the event that is the last one, if it is shown
   */
  public record Ends(boolean gap, boolean live, EventFilter until) {}

  /** Makes the client of a stream. */
  @FunctionalInterface
  public interface Clients {
    /**
     * Makes it.
     *
     * @param readerLeft to be called if nobody reads stdout any more, by a client that writes
     * @param failed to be called if something else cannot be written
     */
    SseClient make(Runnable readerLeft, Consumer<SinkException> failed);
  }
}
