package io.heliograph.server.http;

import io.heliograph.server.event.NanoClock;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Makes a retry safe: who comes again under the same key gets the first answer. Thread-safe.
 *
 * <p>Only answers to what was accepted are kept; a refused request may be mended and sent again.
 * The store is bounded, and full means that the next key is refused: forgetting one early would let
 * its retry publish twice.
 */
final class FirstAnswers {

  /** For how long a key is remembered, from its answer on. */
  static final Duration KEPT = Duration.ofMinutes(5);

  // A twin waits for as long as a log may take to keep an event; then the publisher tries again.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  // What a key costs beside its texts: two objects, a digest, places in the map and the queue.
  private static final int KEY_OVERHEAD = 400;

  private final NanoClock clock;
  private final long maxBytes;

  // Guarded by the monitor, held for a few look-ups and never while an event is published.
  private final Map<String, First> firsts = new HashMap<>();
  private final ArrayDeque<First> answered = new ArrayDeque<>(); // The oldest answer first.
  private long bytes;

  /**
   * Starts empty.
   *
   * @param maxBytes bound on what is kept, overhead estimated; a key whose answer is still to come
   *     counts without it
   */
  FirstAnswers(long maxBytes, NanoClock clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
  }

  /**
   * Gives the first answer under the key; publishes if this is the first.
   *
   * @param fingerprint of what was sent: another one under the same key is refused
   * @throws ProblemException if the key was used for something else, or no more keys can be kept
   */
  Answer answer(String key, byte[] fingerprint, Supplier<Answer> publish) {
    while (true) {
      var mine = new First(key, fingerprint);
      First first = claim(mine);
      if (first == mine) {
        return lead(mine, publish);
      }
      if (!MessageDigest.isEqual(first.fingerprint, fingerprint)) {
        throw Problem.KEY_REUSED.because(
            "The Idempotency-Key came before with another body, query or content type. Take a new"
                + " key for each event, and send a retry as it was sent first.");
      }
      Optional<Answer> answer = await(first);
      if (answer.isPresent()) {
        return answer.get();
      }
      // The first was refused or failed: this one is now the first, or finds who is.
    }
  }

  /** How many seconds until there is room again, at least 1. */
  synchronized long retryAfterSeconds() {
    First oldest = answered.peekFirst();
    long waitNanos = oldest == null ? 0 : KEPT.toNanos() - (clock.nanos() - oldest.answeredNanos);
    return Math.max(1, TimeUnit.NANOSECONDS.toSeconds(waitNanos) + 1);
  }

  private synchronized First claim(First mine) {
    forgetOld();
    First first = firsts.get(mine.key);
    if (first != null) {
      return first;
    }
    if (bytes + mine.cost() > maxBytes) {
      throw Problem.KEYS_FULL.because(
          "So many Idempotency-Keys came within 5 minutes that no more can be kept. Try again"
              + " later, or publish without one.");
    }
    firsts.put(mine.key, mine);
    bytes += mine.cost();
    return mine;
  }

  private Answer lead(First mine, Supplier<Answer> publish) {
    Optional<Answer> answer = Optional.empty();
    try {
      Answer given = publish.get();
      answer = Optional.of(given);
      return given;
    } finally {
      settle(mine, answer);
      mine.answer.complete(answer);
    }
  }

  private synchronized void settle(First mine, Optional<Answer> answer) {
    if (answer.isEmpty()) {
      firsts.remove(mine.key);
      bytes -= mine.cost();
      return;
    }
    mine.answerBytes = answer.get().body().length;
    mine.answeredNanos = clock.nanos();
    bytes += mine.answerBytes;
    answered.addLast(mine);
  }

  private void forgetOld() {
    long now = clock.nanos();
    for (First oldest = answered.peekFirst();
        oldest != null && now - oldest.answeredNanos > KEPT.toNanos();
        oldest = answered.peekFirst()) {
      answered.removeFirst();
      firsts.remove(oldest.key);
      bytes -= oldest.cost() + oldest.answerBytes;
    }
  }

  private static Optional<Answer> await(First first) {
    try {
      return first.answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw Problem.KEY_BUSY.because(
          "The first request under this Idempotency-Key has no answer yet. Try again later.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.KEY_BUSY.because("The server is stopping.");
    } catch (ExecutionException e) {
      throw new IllegalStateException("it is only completed normally", e);
    }
  }

  /** A key and its answer, which may be still to come; empty if there was none. */
  private static final class First {
    final String key;
    final byte[] fingerprint;
    final CompletableFuture<Optional<Answer>> answer = new CompletableFuture<>();

    // Guarded by the store.
    long answeredNanos;
    int answerBytes;

    First(String key, byte[] fingerprint) {
      this.key = key;
      this.fingerprint = fingerprint;
    }

    int cost() {
      return KEY_OVERHEAD + key.length();
    }
  }
}
