package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import io.heliograph.client.internal.publish.ApiCall;

/**
 * Which kept events {@link HeliographApi#history} reads: whose, from where, and how many. Starts at
 * the oldest kept event. Immutable: each method returns a changed copy.
 */
public final class HistorySpec {
  private static final int MAX_LIMIT = 1000;

  private final String path;
  private final String after;
  private final String from;
  private final String types;
  private final int limit;

  private HistorySpec(String path, String after, String from, String types, int limit) {
    this.path = path;
    this.after = after;
    this.from = from;
    this.types = types;
    this.limit = limit;
  }

  /**
   * {@return the kept events of a user, and the broadcasts}
   *
   * @param user the user's id; this method percent-encodes it
   * @throws IllegalArgumentException if it is not 1 to 256 bytes of UTF-8 without {@code /} and
   *     control characters, or is {@code .} or {@code ..}
   */
  public static HistorySpec user(String user) {
    return new HistorySpec("v1/users/" + UserIds.segment(user) + "/events", "", "", "", 0);
  }

  /** {@return the kept events of the token's user, and the broadcasts} */
  public static HistorySpec own() {
    return new HistorySpec("v1/events", "", "", "", 0);
  }

  /**
   * Starts after this position. It takes precedence over {@link #from}.
   *
   * @param cursor a {@link HistoryPage#cursor}, an {@link Event#lastEventId}, or a {@link
   *     HeliographApi#cursor(String)}; {@code ""} for none
   * @return a changed copy
   * @throws IllegalArgumentException if it contains a line break or NUL, or has more than 4,096
   *     characters
   */
  public HistorySpec after(String cursor) {
    return new HistorySpec(path, StreamSpec.requireId(cursor), from, types, limit);
  }

  /**
   * Sets where a spec without a cursor starts.
   *
   * @param start {@code oldest}, which is the default; {@code -20} for the latest 20 events (1 to
   *     1,000); a time such as {@code 2026-11-30T08:00:00Z}, or {@code -15m} for the last 15
   *     minutes (at most 365 days). The server refuses other values with 400
   * @return a changed copy
   * @throws IllegalArgumentException if it contains an unpaired surrogate
   */
  public HistorySpec from(String start) {
    return new HistorySpec(path, after, Json.encodable("start", start), types, limit);
  }

  /**
   * Selects events by type.
   *
   * @param patterns such as {@code order.*,note}, as of the stream's parameter {@code types};
   *     {@code ""} for all types
   * @return a changed copy
   * @throws IllegalArgumentException if it contains an unpaired surrogate
   */
  public HistorySpec types(String patterns) {
    return new HistorySpec(path, after, from, Json.encodable("types", patterns), limit);
  }

  /**
   * Limits the page. The server also ends a page after 256 KiB of events.
   *
   * @param events maximum number of events, 1 to 1,000 (default: the server's, 100)
   * @return a changed copy
   * @throws IllegalArgumentException if it is not from 1 to 1,000
   */
  public HistorySpec limit(int events) {
    if (events < 1 || events > MAX_LIMIT) {
      throw new IllegalArgumentException("limit is " + events + "; allowed: 1 to " + MAX_LIMIT);
    }
    return new HistorySpec(path, after, from, types, events);
  }

  ApiCall call() {
    var query = new StringBuilder();
    if (!after.isEmpty()) {
      query.append("&after=").append(StreamSpec.encoded(after));
    } else if (!from.isEmpty()) {
      query.append("&from=").append(StreamSpec.encoded(from));
    }
    if (!types.isEmpty()) {
      query.append("&types=").append(StreamSpec.encoded(types));
    }
    if (limit > 0) {
      query.append("&limit=").append(limit);
    }
    return ApiCall.of("GET", query.length() == 0 ? path : path + "?" + query.substring(1));
  }

  @Override
  public String toString() {
    return "HistorySpec[" + call().path() + "]";
  }
}
