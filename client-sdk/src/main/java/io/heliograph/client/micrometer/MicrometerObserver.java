package io.heliograph.client.micrometer;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.ClientObserver;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.PublishException;
import io.heliograph.client.Signal;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Records metrics of clients and publishers. A program may share one observer among all of them;
 * their values are added up. Thread-safe.
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>kind</th><th>what it measures</th></tr>
 * <tr><td>{@code heliograph.client.streams.open}</td><td>gauge</td>
 *     <td>streams that are open now</td></tr>
 * <tr><td>{@code heliograph.client.connect}</td><td>timer</td>
 *     <td>from the start of an attempt until its stream is open</td></tr>
 * <tr><td>{@code heliograph.client.disconnects}</td><td>counter, by {@code cause}</td>
 *     <td>attempts that ended, open or not; {@code cause} is the {@link Cause} in snake case, such
 *     as {@code heartbeat_timeout}</td></tr>
 * <tr><td>{@code heliograph.client.streams.closed}</td><td>counter, by {@code reason}</td>
 *     <td>streams that ended permanently; {@code reason} is the {@link CloseReason}</td></tr>
 * <tr><td>{@code heliograph.client.gaps}</td><td>counter</td>
 *     <td>gaps that servers reported</td></tr>
 * <tr><td>{@code heliograph.client.events.lost}</td><td>counter</td>
 *     <td>events in these gaps, if the server knows their number</td></tr>
 * <tr><td>{@code heliograph.client.lines.dropped}</td><td>counter</td>
 *     <td>lines that are not a field of an event stream, such as a bare JSON error</td></tr>
 * <tr><td>{@code heliograph.client.bytes}</td><td>counter</td>
 *     <td>bytes of streams, decompressed</td></tr>
 * <tr><td>{@code heliograph.client.delivery.delay}</td><td>timer</td>
 *     <td>from reading an event to handing it over; grows if handlers are too slow</td></tr>
 * <tr><td>{@code heliograph.client.handling}</td><td>timer</td>
 *     <td>from handing an event over until it is complete</td></tr>
 * <tr><td>{@code heliograph.client.publish}</td><td>timer, by {@code outcome}</td>
 *     <td>a publisher's request with all retries; {@code outcome} is {@code accepted}, {@code failed}, or {@code unknown} if the event may have been published nevertheless</td></tr>
 * </table>
 *
 * <p>No meter is tagged with the stream's name, because a program may have as many streams as
 * users.
 */
public final class MicrometerObserver implements ClientObserver {
  private static final Pattern WORD = Pattern.compile("(?<=[a-z])(?=[A-Z])");

  private final MeterRegistry registry;
  private final AtomicInteger open = new AtomicInteger();
  private final Timer connect;
  private final Counter gaps;
  private final Counter lost;
  private final Counter droppedLines;
  private final Counter bytes;
  private final Timer delay;
  private final Timer handling;

  /**
   * Registers the meters that have no tag; the others are registered at their first use.
   *
   * @param registry receives the meters
   */
  @SuppressWarnings("exports") // Whoever calls it has Micrometer.
  public MicrometerObserver(MeterRegistry registry) {
    this.registry = registry;
    // Strong, because nobody else may keep this observer's number while its streams are open.
    Gauge.builder("heliograph.client.streams.open", open, AtomicInteger::get)
        .description("Streams that are open now")
        .strongReference(true)
        .register(registry);
    connect = timer("connect", "From the start of an attempt until its stream is open");
    gaps = counter("gaps", "Gaps that servers reported", "gaps");
    lost = counter("events.lost", "Events lost in gaps of known size", "events");
    droppedLines =
        counter("lines.dropped", "Lines that are not a field of an event stream", "lines");
    bytes = counter("bytes", "Bytes of streams, decompressed", "bytes");
    delay = timer("delivery.delay", "From reading an event to handing it over");
    handling = timer("handling", "From handing an event over until it is complete");
  }

  @Override
  public void attemptOpened(String stream, AttemptReport attempt) {
    open.incrementAndGet();
    attempt.openAfter().ifPresent(connect::record);
  }

  @Override
  public void attemptEnded(String stream, AttemptReport attempt) {
    if (attempt.openAfter().isPresent()) {
      open.decrementAndGet();
    }
    attempt
        .end()
        .ifPresent(
            cause ->
                registry
                    .counter("heliograph.client.disconnects", "cause", snakeCase(cause))
                    .increment());
  }

  @Override
  public void bytesReceived(String stream, long count) {
    bytes.increment((double) count);
  }

  @Override
  public void eventDelivered(String stream, Event event, Duration waited) {
    delay.record(waited);
  }

  @Override
  public void eventHandled(String stream, Event event, Duration took) {
    handling.record(took);
  }

  @Override
  public void gap(String stream, Signal.Gap gap) {
    gaps.increment();
    gap.lost().ifPresent(count -> lost.increment((double) count));
  }

  @Override
  public void lineDropped(String stream, String line) {
    droppedLines.increment();
  }

  @Override
  public void closed(String stream, CloseReason reason) {
    registry
        .counter(
            "heliograph.client.streams.closed", "reason", reason.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  @Override
  public void published(Duration took, Optional<PublishException> failure) {
    String outcome =
        failure.map(e -> e.mayHaveHappened() ? "unknown" : "failed").orElse("accepted");
    registry.timer("heliograph.client.publish", "outcome", outcome).record(took);
  }

  private Timer timer(String name, String description) {
    return Timer.builder("heliograph.client." + name).description(description).register(registry);
  }

  private Counter counter(String name, String description, String unit) {
    return Counter.builder("heliograph.client." + name)
        .description(description)
        .baseUnit(unit)
        .register(registry);
  }

  private static String snakeCase(Cause cause) {
    return WORD.matcher(cause.getClass().getSimpleName()).replaceAll("_").toLowerCase(Locale.ROOT);
  }
}
