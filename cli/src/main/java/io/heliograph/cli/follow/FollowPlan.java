package io.heliograph.cli.follow;

import io.heliograph.client.Event;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.net.URI;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which stream to follow, and until when.
 *
 * @param client makes the client, once, after the first words on the terminal: to load the SDK
 *     takes longer than a person wants to wait for them; it calls what it is given if nobody reads
 *     stdout any more
 * @param uri the stream, for people
 * @param proxyHint what to say if the connection fails and a proxy is used; {@code ""} for nothing
 * @param user whose stream; null if it is not that of one user
 * @param lastEventId where to resume; {@code ""} for nowhere
 * @param replays whether stored events may come before it is live, though it resumes nowhere
 * @param options what the command line says of the end
 * @param filter which events are shown; any other moves the position, too
 * @param positions receives the id up to which all is done, on the thread of the stream
 * @param telling what is reported beside the events
 * @param ends what ends it, beside the options
 * @param resume a command that continues where this one ends; null for none
 * @param serverHint how to start a server, if nothing listens; {@code ""} to say nothing
 */
public record FollowPlan(
    Function<Runnable, SseClient> client,
    StreamSpec spec,
    URI uri,
    String proxyHint,
    @Nullable String user,
    String lastEventId,
    boolean replays,
    EndOptions options,
    Predicate<Event> filter,
    Consumer<String> positions,
    Telling telling,
    Ends ends,
    @Nullable ResumeLine resume,
    String serverHint) {
  /** Whether errors are JSON, and whether what happens to the stream goes to stdout, too. */
  public record Telling(boolean json, boolean meta) {}

  /**
   * What ends a stream.
   *
   * @param gap whether lost events do
   * @param live whether it ends once all that is stored has been written
   * @param last the event that is the last one, if it is shown; null for none
   * @param once whether the first end of the stream is the end
   * @param unreached whether a first connection that fails is the end, because the address is
   *     probably mistyped
   */
  public record Ends(
      boolean gap,
      boolean live,
      @Nullable Predicate<Event> last,
      boolean once,
      boolean unreached) {}
}
