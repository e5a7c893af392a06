package io.heliograph.client.internal.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.Request;

/**
 * The headers that a program adds to its requests, in order. Immutable: methods return a changed
 * copy.
 *
 * @param all names and values; a name may occur several times, in any case
 */
public record HeaderLines(List<Map.Entry<String, String>> all) {
  /** No headers. */
  public static final HeaderLines NONE = new HeaderLines(List.of());

  /** Copies the list. */
  public HeaderLines {
    all = List.copyOf(all);
  }

  /** The same with this line instead of all of that name. */
  public HeaderLines with(String name, String value) {
    var others = new ArrayList<>(all);
    others.removeIf(line -> line.getKey().equalsIgnoreCase(name));
    return new HeaderLines(others).plus(name, value);
  }

  /** The same with one more line. */
  public HeaderLines plus(String name, String value) {
    var more = new ArrayList<>(all);
    more.add(Map.entry(name, value));
    return new HeaderLines(more);
  }

  /**
   * Adds the lines to a request, instead of those of the same names that it has.
   *
   * @throws IllegalArgumentException if a name or a value cannot be sent
   */
  public void to(Request.Builder request) {
    all.forEach(line -> request.removeHeader(line.getKey()));
    all.forEach(line -> request.addHeader(line.getKey(), line.getValue()));
  }
}
