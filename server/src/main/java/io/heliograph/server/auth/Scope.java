package io.heliograph.server.auth;

import java.util.Locale;
import java.util.Optional;

/** A permission of a token: a word of its {@code scope} claim. */
public enum Scope {
  /** Read the stream of the token's own user. */
  SUBSCRIBE,
  /** Publish to any user. */
  PUBLISH,
  /** See who is online, read every stream, close and revoke. */
  OPERATE;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** The spelling in the claim. */
  public String word() {
    return word;
  }

  /** Parses a claim. Unknown words are ignored, because an issuer serves more than one service. */
  static Optional<Scope> of(String word) {
    for (Scope scope : values()) {
      if (scope.word.equals(word)) {
        return Optional.of(scope);
      }
    }
    return Optional.empty();
  }
}
