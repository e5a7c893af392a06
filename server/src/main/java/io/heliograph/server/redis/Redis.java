package io.heliograph.server.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All connections of a node to Redis: one for commands, and one per primary for subscriptions. One
 * thread, the supervisor, connects, reconnects and probes; no method waits for Redis. Thread-safe.
 */
public final class Redis implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Redis.class.getName());

  /** The characters of keys. */
  static final Charset UTF_8 = StandardCharsets.UTF_8;

  /** Keys are text, values bytes. */
  static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  // Answers that say nothing of the connection.
  private static final List<String> REFUSALS =
      List.of("OOM ", "ERR ", "WRONGTYPE ", "NOREPLICAS ", "MISCONF ", "NOPERM ");

  private final RedisOptions options;
  private final Clients clients;
  private final Subscriptions subscriptions;
  private final Supervisor supervisor;

  // Known in advance, because a script that must be sent first is executed after those behind it.
  private final Set<Script> preloaded = ConcurrentHashMap.newKeySet();

  private final Runs runs = new Runs(this);

  private volatile @Nullable Topology topology;
  private volatile String reason;

  // Confined to the supervisor's thread: what the log was told last.
  private Optional<String> told = Optional.empty();

  /** Begins to connect. Never fails because of Redis: {@link #fault} says how it is. */
  public Redis(RedisOptions options) {
    this.options = options;
    this.reason = "Redis at " + options.addresses() + " is not connected yet.";
    this.clients = new Clients(options);
    this.subscriptions = new Subscriptions(this, clients);
    this.supervisor = new Supervisor(this::lookAndTell);
    subscriptions.whenChanged(supervisor::wake);
    supervisor.start();
  }

  /** The prefix of all keys. */
  public String prefix() {
    return options.prefix();
  }

  /** Whether messages of a script are published by {@code SPUBLISH}, not {@code PUBLISH}. */
  public boolean sharded() {
    Topology now = topology;
    return now != null && now.sharded();
  }

  /** Why Redis cannot be used or written, or messages may be missed; empty if all is well. */
  public Optional<String> fault() {
    Topology now = topology;
    return now == null ? Optional.of(reason) : now.fault().or(subscriptions::fault);
  }

  /** Whether the shard of a key can be read and its messages arrive. */
  public boolean isUp(String key) {
    Topology now = topology;
    return now != null && now.fault().isEmpty() && subscriptions.isUp(SlotHash.getSlot(key));
  }

  /** Has Redis know scripts before they are run, so that pipelined runs keep their order. */
  public void preload(List<Script> scripts) {
    preloaded.addAll(scripts);
    RedisClusterAsyncCommands<String, byte[]> commands = commands();
    if (commands != null) {
      scripts.forEach(script -> load(commands, script));
    }
  }

  /**
   * Runs a script.
   *
   * @param keys of one slot; at least one
   * @return the list that the script returns, of {@code Long}, {@code byte[]} and lists; fails with
   *     {@link RedisUnavailableException} if it is not known whether the script was executed
   */
  public CompletableFuture<List<Object>> run(Script script, List<String> keys, byte[]... args) {
    return runs.run(script, keys, args);
  }

  /**
   * Runs a script. Runs of one script by one thread are executed in the order of the calls, or
   * fail. Not for a Cluster, which redirects some of them.
   *
   * @return as {@link #run}
   */
  public CompletableFuture<List<Object>> runInOrder(
      Script script, List<String> keys, byte[]... args) {
    return runs.runInOrder(script, keys, args);
  }

  /** Whether the right server has refused a command, such as for want of memory. */
  static boolean isAnswer(Throwable failure) {
    String text = String.valueOf(failure.getMessage());
    return failure instanceof RedisCommandExecutionException
        && !text.contains("READONLY")
        && REFUSALS.stream().anyMatch(text::startsWith);
  }

  RedisUnavailableException unavailable(@Nullable Throwable cause) {
    String why =
        cause == null
            ? fault().orElse(reason)
            : "Redis at " + options.addresses() + " did not confirm: " + message(cause);
    return new RedisUnavailableException(why, cause == null ? new RedisException(why) : cause);
  }

  /**
   * Completes when as many replicas as the options say have what a script has written.
   *
   * @param lineage the beginning of {@code master_replid} as the script saw it. If the key is
   *     served by a server with another lineage by now, this fails: that one need not have the
   *     write
   * @return fails with {@link RedisUnavailableException} if it is not confirmed, or not in time
   */
  public CompletableFuture<Void> replicated(String key, String lineage) {
    return options.waitReplicas() == 0
        ? CompletableFuture.completedFuture(null)
        : subscriptions
            .replicas(SlotHash.getSlot(key))
            .map(replicas -> replicas.confirmed(lineage))
            .orElseGet(() -> CompletableFuture.failedFuture(unavailable(null)));
  }

  /** Publishes a message outside of a script; the number of receivers says nothing in a Cluster. */
  public CompletableFuture<Long> publish(String channel, byte[] payload) {
    RedisClusterAsyncCommands<String, byte[]> commands = commands();
    if (commands == null) {
      return CompletableFuture.failedFuture(unavailable(null));
    }
    try {
      return (sharded() ? commands.spublish(channel, payload) : commands.publish(channel, payload))
          .toCompletableFuture();
    } catch (RedisException | IllegalStateException e) { // As in run.
      return CompletableFuture.failedFuture(unavailable(e));
    }
  }

  @Nullable RedisClusterAsyncCommands<String, byte[]> commands() {
    Topology now = topology;
    return now == null ? null : now.commands();
  }

  @Nullable Topology topology() {
    return topology;
  }

  /**
   * Subscribes to a channel: the subscriber gets its messages from now on, over all reconnects.
   *
   * @return completes when Redis has confirmed the subscription; if it does not soon, it fails, and
   *     {@link Subscriber#refill} is called once Redis does
   */
  public CompletableFuture<Void> subscribe(String channel, Subscriber subscriber) {
    return subscriptions.add(channel, subscriber);
  }

  /** Ends a subscription. */
  public void unsubscribe(String channel) {
    subscriptions.remove(channel);
  }

  /** Has the supervisor look again soon, because a command was refused or a connection has gone. */
  void suspect() {
    Topology now = topology;
    if (now != null) {
      now.suspect();
    }
    supervisor.wake();
  }

  private void lookAndTell() {
    look();
    Optional<String> fault = fault();
    if (fault.isPresent() && told.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Until Redis is back, publishing is refused, and streams receive heartbeats only: {0}",
          fault.get());
    } else if (fault.isEmpty() && told.isPresent()) {
      LOG.log(System.Logger.Level.INFO, "Redis can be used again.");
    }
    told = fault;
  }

  private void look() {
    Topology now = topology;
    if (now == null) {
      try {
        now = clients.topology();
        topology = now;
      } catch (RedisException e) {
        reason = reason(clients.hosts().getFirst(), e);
        return;
      }
    }
    now.check(commands -> preloaded.forEach(script -> load(commands, script)));
    subscriptions.check(now);
  }

  private static void load(RedisClusterAsyncCommands<String, byte[]> commands, Script script) {
    var _ = commands.scriptLoad(script.text());
  }

  /** The address of a server, for messages. */
  static String address(RedisURI host) {
    return host.getHost() + ":" + host.getPort();
  }

  static String reason(RedisURI host, Throwable failure) {
    return "Redis at " + address(host) + " cannot be used: " + message(failure);
  }

  /** What an operator needs to know, which is what the innermost cause says. */
  private static String message(Throwable failure) {
    Throwable cause = unwrapped(failure);
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String text = cause.getMessage();
    return text == null || text.isBlank() ? cause.getClass().getSimpleName() : text;
  }

  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }

  /** Closes all connections. Subscribers are not called afterwards. */
  @Override
  public void close() {
    supervisor.close();
    subscriptions.close();
    Topology now = topology;
    if (now != null) {
      now.close();
    }
    clients.close();
  }
}
