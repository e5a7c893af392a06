package io.heliograph.server.cluster;

import io.heliograph.server.auth.Caller;
import io.heliograph.server.auth.KeysUnavailableException;
import io.heliograph.server.auth.Scope;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Script;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Tickets in Redis, which all nodes accept and none twice. Redis holds hashes of them, so that who
 * reads its data cannot use them. All methods but {@link #retry} wait for Redis.
 */
final class RedisTickets implements Tickets {

  private static final Script SCRIPT = Script.read(RedisTickets.class, "tickets.lua");

  // So many tickets are given back of which it is not known whether they were opened. While Redis
  // is away, mostly none was.
  private static final int MOST_UNSURE = 10_000;

  private final Redis redis;
  private final String key;
  private final String node;
  private final Duration openWithin;
  private final Clock clock;

  // Releases that Redis has not confirmed, of streams that have ended: at most one for each hold.
  private final Queue<Release> releases = new LinkedBlockingQueue<>();

  private record Release(String hash, String hold, boolean begun, Instant openUntil) {}

  RedisTickets(Redis redis, String key, String node, Duration openWithin, Clock clock) {
    this.redis = redis;
    this.key = key;
    this.node = node;
    this.openWithin = openWithin;
    this.clock = clock;
  }

  @Override
  public Duration openWithin() {
    return openWithin;
  }

  private CompletableFuture<List<Object>> call(String what, String hash, Object... more) {
    var args = new ArrayList<byte[]>();
    args.add(Calls.bytes(what));
    args.add(Calls.bytes(hash));
    args.add(Calls.bytes(clock.millis()));
    for (Object arg : more) {
      args.add(Calls.bytes(arg.toString()));
    }
    return redis.run(SCRIPT, List.of(key), args.toArray(byte[][]::new));
  }

  private static String hash(String ticket) {
    try {
      byte[] bytes = ticket.getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public Optional<String> issue(Caller caller) {
    String ticket = Tickets.random();
    Instant openUntil = Tickets.openUntil(caller, clock.instant(), openWithin);
    Object stored =
        Calls.await(
                call(
                    "issue",
                    hash(ticket),
                    caller.user(),
                    text(caller),
                    openUntil.toEpochMilli(),
                    caller.expiresAt().plus(Caller.GRACE).toEpochMilli(),
                    MAX,
                    MAX_PER_USER))
            .getFirst();
    return (Long) stored == 1 ? Optional.of(ticket) : Optional.empty();
  }

  @Override
  public Use open(String id, boolean resumes) {
    String hash = hash(id);
    String hold = Tickets.random();
    List<Object> found;
    try {
      long lease = Bucket.LEASE.toMillis();
      found = Calls.await(call("open", hash, resumes ? "1" : "0", node, hold, lease));
    } catch (LogUnavailableException e) {
      if (releases.size() < MOST_UNSURE) { // It may be held now, by nobody.
        releases.add(new Release(hash, hold, false, clock.instant().plus(openWithin)));
      }
      throw new KeysUnavailableException("Tickets cannot be verified: " + e.getMessage());
    }
    return switch (Calls.text(found.getFirst())) {
      case "open" -> opened(hash, hold, caller(Calls.text(found.get(1))));
      case "busy" -> new Use.Busy();
      case "used" -> throw Tickets.used();
      default -> throw Tickets.unknown();
    };
  }

  private Use opened(String hash, String hold, Caller caller) {
    var held = new RedisHold(hash, hold, caller);
    if (!clock.instant().isBefore(caller.expiresAt())) {
      held.close();
      throw Tickets.ended(caller);
    }
    return new Use.Opened(caller, held);
  }

  private final class RedisHold implements Hold {
    private final String hash;
    private final String hold;
    private final Caller caller;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean begun;

    RedisHold(String hash, String hold, Caller caller) {
      this.hash = hash;
      this.hold = hold;
      this.caller = caller;
    }

    @Override
    public void begun() {
      begun = true;
    }

    @Override
    public void close() {
      if (!closed.getAndSet(true)) {
        Instant openUntil = Tickets.openUntil(caller, clock.instant(), openWithin);
        release(new Release(hash, hold, begun, openUntil));
      }
    }
  }

  private void release(Release release) {
    var _ =
        call(
                "close",
                release.hash,
                release.hold,
                release.begun ? "1" : "0",
                release.openUntil.toEpochMilli())
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    releases.add(release);
                  }
                });
  }

  /** Repeats the releases that Redis did not confirm. Does not wait. */
  void retry() {
    for (int left = releases.size(); left > 0; left--) {
      Release release = releases.poll();
      if (release != null) {
        release(release);
      }
    }
  }

  /** One line for each part, so that the user's id is the last. */
  private static String text(Caller caller) {
    return String.join(
        "\n",
        Long.toString(caller.expiresAt().toEpochMilli()),
        caller.issuedAt().map(at -> Long.toString(at.toEpochMilli())).orElse(""),
        caller.scopes().stream().map(Scope::word).collect(Collectors.joining(",")),
        caller.token().map(RedisTickets::encoded).orElse(""),
        caller.user().value());
  }

  private static String encoded(String token) {
    return Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8));
  }

  private static Caller caller(String text) {
    String[] lines = text.split("\n", 5);
    Set<Scope> scopes =
        Arrays.stream(lines[2].split(",", -1))
            .filter(word -> !word.isEmpty())
            .map(word -> Scope.valueOf(word.toUpperCase(Locale.ROOT)))
            .collect(Collectors.toSet());
    Optional<String> token =
        lines[3].isEmpty()
            ? Optional.empty()
            : Optional.of(new String(Base64.getDecoder().decode(lines[3]), StandardCharsets.UTF_8));
    return new Caller(
        new UserId(lines[4]),
        scopes,
        token,
        lines[1].isEmpty() ? Optional.empty() : Optional.of(instant(lines[1])),
        instant(lines[0]));
  }

  private static Instant instant(String millis) {
    return Instant.ofEpochMilli(Long.parseLong(millis));
  }
}
