package io.heliograph.client.internal.http;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.base.Ticks;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Dns;

/**
 * Looks names up on platform threads. The JDK's lookup is native code that holds on to the carrier
 * of a virtual thread: two names that hang would stop all virtual threads of a 2-core machine, the
 * ones that watch the deadlines included. One lookup a name at a time, shared by all who ask; of
 * those that hang a few are left behind, and from then on the last of them is waited for.
 */
public final class PatientDns implements Dns {
  // Each holds a thread until the system lets go of it.
  private static final int MAX_ABANDONED = 8;

  private final Dns dns;
  private final Duration limit;
  private final ConcurrentMap<String, CompletableFuture<List<InetAddress>>> underWay =
      new ConcurrentHashMap<>();
  private final AtomicInteger abandoned = new AtomicInteger();

  public PatientDns(Dns dns, Duration limit) {
    this.dns = dns;
    this.limit = limit;
  }

  @Override
  public List<InetAddress> lookup(String hostname) throws UnknownHostException {
    CompletableFuture<List<InetAddress>> answer = underWay.computeIfAbsent(hostname, this::start);
    try {
      return answer.get(Ticks.nanos(limit), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // Or one that never returns would spoil its name for good.
      if (abandoned.get() < MAX_ABANDONED && underWay.remove(hostname, answer)) {
        abandoned.incrementAndGet();
      }
      throw unknown(
          "no response from DNS for " + hostname + " within " + limit.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown("interrupted while looking up " + hostname, e);
    } catch (ExecutionException e) {
      throw unknown("no address for " + hostname + ": " + e.getCause(), e);
    }
  }

  private CompletableFuture<List<InetAddress>> start(String hostname) {
    var answer = new CompletableFuture<List<InetAddress>>();
    Threads.startPlatform(
        "heliograph-dns-" + hostname,
        () -> {
          try {
            answer.complete(dns.lookup(hostname));
          } catch (Throwable e) { // Whatever it is: those who wait must learn of it.
            answer.completeExceptionally(e);
          } finally {
            if (!underWay.remove(hostname, answer)) {
              abandoned.decrementAndGet();
            }
          }
        });
    return answer;
  }

  private static UnknownHostException unknown(String message, Exception cause) {
    var exception = new UnknownHostException(message);
    exception.initCause(cause);
    return exception;
  }
}
