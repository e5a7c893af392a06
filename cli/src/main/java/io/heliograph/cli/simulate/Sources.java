package io.heliograph.cli.simulate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Local addresses to connect from: each has ports of its own. */
final class Sources {
  private Sources() {}

  /**
   * Reads {@code 127.0.0.1-127.0.0.8}, or addresses with commas between them.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static List<InetAddress> parse(String text) {
    var addresses = new ArrayList<InetAddress>();
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      if (ends.length > 2) {
        throw wrong(text);
      }
      long first = number(ends[0], text);
      long last = number(ends[ends.length - 1], text);
      if (last < first || last - first > 4095) {
        throw wrong(text);
      }
      for (long n = first; n <= last; n++) {
        addresses.add(address(n));
      }
    }
    return List.copyOf(addresses);
  }

  private static long number(String address, String all) {
    String[] bytes = address.strip().split("\\.", -1);
    if (bytes.length != 4) {
      throw wrong(all);
    }
    long number = 0;
    for (String part : bytes) {
      if (!part.matches("\\d{1,3}") || Integer.parseInt(part) > 255) {
        throw wrong(all);
      }
      number = number << 8 | Integer.parseInt(part);
    }
    return number;
  }

  private static InetAddress address(long n) {
    try {
      return InetAddress.getByAddress(
          new byte[] {(byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n});
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are always an address", e);
    }
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException(
        "'"
            + text
            + "' is not a list of addresses; write 127.0.0.1-127.0.0.8, or several, separated by"
            + " commas");
  }
}
