package io.heliograph.server.auth;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.observe.Metrics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Public keys at a URL (RFC 7517, section 5). One thread fetches them: at startup, then every 5
 * minutes, and when a token has an unknown key id. Thread-safe.
 *
 * <p>Two fetches are at least 2 s apart, however many unknown key ids strangers send. A token with
 * an unknown key id waits for the next fetch before it is rejected. Forged tokens therefore delay
 * the genuine tokens of a new key by a few seconds, but never make them fail.
 */
final class FetchedKeys implements Keys.Source {

  private static final System.Logger LOG = System.getLogger(FetchedKeys.class.getName());

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_BYTES = 512 * 1024;
  private static final int OK = 200;

  // Each waits on the thread of its own request, which a stranger can cause.
  private static final int MAX_WAITING = 1_000;

  private final URI url;
  private final Times times;
  private final Metrics metrics;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT_TIMEOUT)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private final Thread thread;

  // Null while there is no key that can verify a token. Written by the thread only.
  private volatile @Nullable JWKSet keys;

  // Guarded by this. Fetches are counted from 1; there is one at a time.
  private long begun;
  private long ended;
  private boolean lastFailed;
  private int waiting;

  /**
   * When keys are fetched.
   *
   * @param keep time after which keys are fetched again
   * @param leastPause minimum time between two fetches
   * @param keepInOutage how long keys are used while they cannot be fetched
   */
  record Times(Duration keep, Duration leastPause, Duration keepInOutage) {
    static final Times DEFAULT =
        new Times(Duration.ofMinutes(5), Duration.ofSeconds(2), Duration.ofHours(4));
  }

  /** Starts fetching. */
  FetchedKeys(URI url, Times times, Metrics metrics) {
    this.url = url;
    this.times = times;
    this.metrics = metrics;
    this.thread = Thread.ofPlatform().name("jwks").daemon().start(this::run);
  }

  @Override
  public int count() {
    JWKSet known = keys;
    return known == null ? 0 : known.size();
  }

  @Override
  public List<JWK> select(JWKSelector selector) {
    JWKSet known = keys;
    List<JWK> found = known == null ? List.of() : selector.select(known);
    return found.isEmpty() ? selectFromNext(selector) : found;
  }

  /** Waits until a fetch that began after the call has ended, or a fetch has returned the key. */
  private synchronized List<JWK> selectFromNext(JWKSelector selector) {
    if (waiting >= MAX_WAITING) {
      throw new KeysUnavailableException();
    }
    waiting++;
    notifyAll(); // The thread fetches for those who wait.
    try {
      long before = begun;
      while (true) {
        JWKSet known = keys;
        List<JWK> found = known == null ? List.of() : selector.select(known);
        if (!found.isEmpty()) {
          return found;
        }
        if (ended > 0 && (known == null || lastFailed)) {
          throw new KeysUnavailableException(); // An outage may last; the thread tries on.
        }
        if (ended > before) {
          return List.of();
        }
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The peer has left.
      throw new KeysUnavailableException();
    } finally {
      waiting--;
    }
  }

  private void run() {
    long fetchedNanos = System.nanoTime();
    boolean failing = false;
    try {
      while (true) {
        begin();
        String failure = null;
        try {
          keys = fetch();
          fetchedNanos = System.nanoTime();
        } catch (IOException | ParseException | RuntimeException e) { // Of nimbus, for bad keys.
          failure = String.valueOf(e.getMessage());
          if (System.nanoTime() - fetchedNanos > times.keepInOutage().toNanos()) {
            keys = null;
          }
        }
        metrics.keyFetches.of(failure == null ? "ok" : "failed").increment();
        if (failing != (failure != null)) {
          failing = !failing;
          tell(failure);
        }
        end(failing);
        pause(failing);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private synchronized void begin() {
    begun++;
  }

  private synchronized void end(boolean failed) {
    ended = begun;
    lastFailed = failed;
    notifyAll();
  }

  private void tell(@Nullable String failure) {
    LogLine line =
        failure == null
            ? LogLine.of("jwks reachable again").with("keys", count())
            : LogLine.of("jwks unavailable")
                .with("error", failure)
                .with("keys", count())
                .with("effect", count() > 0 ? "the last keys stay in use" : "no token is accepted");
    LOG.log(System.Logger.Level.WARNING, "{0}", line.with("url", url));
  }

  private synchronized void pause(boolean failed) throws InterruptedException {
    long ended = System.nanoTime();
    waitUntil(ended + times.leastPause().toNanos(), false);
    if (!failed) {
      waitUntil(ended + times.keep().toNanos(), true);
    }
  }

  private void waitUntil(long endNanos, boolean orAwaited) throws InterruptedException {
    for (long left = endNanos - System.nanoTime();
        left > 0 && !(orAwaited && waiting > 0);
        left = endNanos - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private JWKSet fetch() throws IOException, ParseException, InterruptedException {
    var request = HttpRequest.newBuilder(url).header("Accept", "application/json").build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    try {
      // A time for the whole: a request's own ends with the head.
      HttpResponse<byte[]> response = answer.get(FETCH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != OK) {
        throw new IOException("status " + response.statusCode());
      }
      JWKSet usable =
          new JWKSet(
              JWKSet.parse(new String(response.body(), StandardCharsets.UTF_8)).getKeys().stream()
                  .filter(key -> Keys.whyUseless(key) == null)
                  .toList());
      if (usable.isEmpty()) {
        // Not an outage: whoever answered has said that no key is good.
        keys = null;
        throw new IOException(
            "the set contains no RSA key of at least 2048 bits, no EC key on P-256 and no Ed25519"
                + " key");
      }
      return usable;
    } catch (TimeoutException e) {
      throw new IOException("no response within " + FETCH_TIMEOUT.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(shown(e.getCause()), e);
    } finally {
      answer.cancel(true);
    }
  }

  /** A refused connection has no message of its own. */
  private static String shown(@Nullable Throwable cause) {
    String name = cause == null ? "unknown" : cause.getClass().getSimpleName();
    return cause == null || cause.getMessage() == null ? name : name + ": " + cause.getMessage();
  }

  @Override
  public void close() {
    thread.interrupt();
    http.shutdownNow();
  }
}
