package io.heliograph.client.internal.session;

import io.heliograph.client.TokenProvider;
import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Tokens;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gets the next token of a stream while the last one is still good, on a thread of its own. Else
 * the server would close at the token's end, and events would wait for its {@code retry:}, the
 * provider and a refusal of the old token. One at a time; thread-safe.
 */
final class TokenRenewal {
  // A server whose tokens end as soon as they begin must not make the client run in circles.
  private static final Duration APART = Duration.ofSeconds(1);

  // Named after the public package: that is the name that users look for.
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private final TokenProvider tokens;
  private final BiConsumer<String, Attempt> renewed;

  private final Object lock = new Object();
  // Both guarded by the lock.
  private @Nullable Thread underWay;
  private boolean closed;

  /**
   * Has no thread until {@link #begin}.
   *
   * @param renewed gets the token, and the attempt for which it was asked; by the thread that asked
   */
  TokenRenewal(TokenProvider tokens, BiConsumer<String, Attempt> renewed) {
    this.tokens = tokens;
    this.renewed = renewed;
  }

  /**
   * Asks for a token, again and again until shortly before the end of the last one.
   *
   * @param in how long the last one is still good
   */
  void begin(Duration in, Attempt of) {
    if (of.firstToken().given() != null && !of.wasStableFor(APART)) {
      return;
    }
    synchronized (lock) {
      if (!closed && underWay == null) {
        underWay = Threads.start("heliograph-token", () -> run(in, of));
      }
    }
  }

  /** A provider that hangs must not keep the next connections from having their token renewed. */
  void forget() {
    synchronized (lock) {
      if (underWay != null) {
        underWay.interrupt();
        underWay = null;
      }
    }
  }

  /** The stream is over: nothing is asked any more. */
  void close() {
    synchronized (lock) {
      closed = true;
      forget();
    }
  }

  private void run(Duration in, Attempt of) {
    String token = ask(in, of);
    synchronized (lock) {
      if (underWay == Thread.currentThread()) {
        underWay = null;
      }
    }
    if (token != null) {
      renewed.accept(token, of); // Outside of the lock: it takes the session's.
    }
  }

  /** Null if the attempt is over, or if there is no token in time: the next attempt asks again. */
  @SuppressWarnings("InterruptedExceptionSwallowed") // This thread ends by it.
  private @Nullable String ask(Duration in, Attempt of) {
    long lastTry = Ticks.MACHINE.in(in.minus(APART));
    try {
      while (true) {
        try {
          return Tokens.ask(tokens, true);
        } catch (InterruptedException e) {
          return null;
        } catch (Throwable e) { // As with an attempt: whatever a provider throws.
          LOG.log(
              Level.WARNING,
              "The next token for "
                  + of.redactedUrl()
                  + " could not be obtained before the current token expired",
              e);
          if (Ticks.MACHINE.now() > lastTry) {
            return null;
          }
          Thread.sleep(APART.toMillis());
        }
      }
    } catch (InterruptedException e) {
      return null;
    }
  }
}
