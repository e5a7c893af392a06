package io.heliograph.client.internal.session;

import org.jspecify.annotations.Nullable;

/**
 * Which token an attempt begins with.
 *
 * @param given one that was asked for before; null to ask the provider
 * @param renew whether the provider is asked for another one than its last, because the server has
 *     ended the last connection with that
 */
record FirstToken(@Nullable String given, boolean renew) {
  private static final FirstToken ASK = new FirstToken(null, false);

  static FirstToken of(@Nullable String given, boolean renew) {
    return given == null && !renew ? ASK : new FirstToken(given, renew);
  }
}
