package io.heliograph.server.event;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code traceparent} of W3C Trace Context: the trace that a request belongs to.
 *
 * @param value in the form of version 00: {@value #LENGTH} characters
 */
public record TraceParent(String value) {

  /** The length of each value, in characters and bytes. */
  public static final int LENGTH = 55;

  // Section 3.2 of the recommendation. Ids of zeros only and the version ff are not allowed.
  private static final Pattern FORM =
      Pattern.compile(
          "(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

  // The flags that are defined: sampled and, in level 2, random-trace-id. Others are set to 0.
  private static final int KNOWN_FLAGS = 0x03;

  public TraceParent {
    if (value.length() != LENGTH) {
      throw new IllegalArgumentException("not a traceparent of version 00: " + value);
    }
  }

  /** Reads a value of any version; empty if it must be ignored. */
  public static Optional<TraceParent> parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches() || (form.group(1).equals("00") && form.group(4) != null)) {
      return Optional.empty();
    }
    int flags = Integer.parseInt(form.group(3), 16) & KNOWN_FLAGS;
    return Optional.of(new TraceParent("00-" + form.group(2) + "-0" + flags));
  }

  @Override
  public String toString() {
    return value;
  }
}
