package io.heliograph.server.auth;

import java.util.Locale;
import java.util.Optional;

/** What a token allows: a word of its {@code scope} claim. */
public enum Scope {
  /** To read the stream of the token's own user. */
  SUBSCRIBE,
  /** To publish to anybody. */
  PUBLISH,
  /** To see who is there, to read every stream, to close and to revoke. */
  OPERATE;

  private final String word = name().toLowerCase(Locale.ROOT);

  /** As the claim spells it. */
  public String word() {
    return word;
  }

  /** Words of others are no error: an issuer serves more than one service. */
  static Optional<Scope> of(String word) {
    for (Scope scope : values()) {
      if (scope.word.equals(word)) {
        return Optional.of(scope);
      }
    }
    return Optional.empty();
  }
}
