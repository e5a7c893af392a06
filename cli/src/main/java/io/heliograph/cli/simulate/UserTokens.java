package io.heliograph.cli.simulate;

import io.heliograph.cli.access.TokenMint;
import io.heliograph.cli.access.TokenReference;
import io.heliograph.cli.load.plan.TokenSource;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Tokens of the users' streams by a reference. They are fetched before anybody connects, so that
 * the fetching is in no metric; they are not renewed.
 */
final class UserTokens implements TokenSource {
  private static final String MINT = "mint:";
  private static final String COMMAND = "cmd:";
  private static final String USER = "{user}";
  // A run with them must be over by then.
  private static final Duration MINTED_FOR = Duration.ofHours(24);

  private final String reference;
  private final Shell shell;
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private volatile @Nullable String shared;
  private volatile @Nullable String publisher;

  /** Fetches nothing yet. Only a command may name the user. */
  UserTokens(String reference, Shell shell) {
    if (reference.contains(USER) && !reference.startsWith(COMMAND)) {
      throw new IllegalArgumentException(
          "--token: {user} is allowed only in a command:  cmd:./token-of {user}");
    }
    this.reference = reference;
    this.shell = shell;
  }

  @Override
  public void fetch(List<String> users) throws IOException, InterruptedException {
    tokens.clear(); // Of an earlier run, whose users had other names.
    if (reference.startsWith(MINT)) {
      TokenMint mint = TokenMint.of(Path.of(reference.substring(MINT.length())), Clock.systemUTC());
      users.forEach(user -> tokens.put(user, minted(mint, user, "subscribe")));
      publisher = minted(mint, "sse-cli-simulate", "publish");
    } else if (reference.contains(USER)) {
      run(users);
    } else {
      shared = TokenReference.open(reference, shell).token(false);
    }
  }

  private static String minted(TokenMint mint, String user, String scope) {
    return mint.token(UUID.randomUUID().toString(), user, scope, MINTED_FOR, null, null);
  }

  /** A process each, two on each processor. */
  private void run(List<String> users) throws IOException, InterruptedException {
    shell.notices().say("fetching the tokens of " + users.size() + " users");
    int atOnce = 2 * Runtime.getRuntime().availableProcessors();
    try (ExecutorService threads = Executors.newFixedThreadPool(atOnce)) {
      var calls = new ArrayList<Callable<String>>();
      for (String user : users) {
        calls.add(() -> TokenReference.open(reference.replace(USER, user), shell).token(false));
      }
      List<Future<String>> results = threads.invokeAll(calls);
      for (int i = 0; i < users.size(); i++) {
        tokens.put(users.get(i), results.get(i).get());
      }
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(cause == null ? "it failed" : cause.getMessage(), e);
    }
  }

  @Override
  public String of(String user) {
    String common = shared;
    String own = common == null ? tokens.get(user) : common;
    if (own == null) {
      throw new IllegalStateException("no token was fetched for " + user);
    }
    return own;
  }

  @Override
  public @Nullable String publisher() {
    return publisher;
  }
}
