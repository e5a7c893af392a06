package io.heliograph.client.internal.http;

import io.heliograph.client.TokenProvider;

/** Asks a user's provider for a token, and believes nothing of what comes. */
public final class Tokens {
  private Tokens() {}

  /**
   * A token that a header can carry.
   *
   * @throws Exception what the provider throws
   * @throws IllegalArgumentException if it returned something else
   */
  public static String ask(TokenProvider provider, boolean renew) throws Exception {
    String token = provider.token(renew);
    // Its signature forbids null; the compiler of its author may not know of that.
    if (token == null) {
      throw new IllegalArgumentException(
          "it returned null; a provider that has no token must throw an exception");
    }
    if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
      throw new IllegalArgumentException( // Without the token: this goes to a log.
          "it returned an empty token, or a token with a space, a line break or a non-ASCII"
              + " character; allowed: only the token, without the word Bearer");
    }
    return token;
  }
}
