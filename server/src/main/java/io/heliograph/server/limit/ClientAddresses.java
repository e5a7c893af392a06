package io.heliograph.server.limit;

import io.heliograph.server.event.Numbers;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Finds the client's address behind proxies. A trusted proxy is believed about its peer, and the
 * peer is believed only if it is trusted, too. {@code X-Forwarded-For} is therefore read from the
 * right, because the client may have written the left part. Immutable.
 */
public final class ClientAddresses {

  // Longer lists come from nobody honest; the rest would be to the left, where strangers write.
  private static final int MAX_HOPS = 32;

  private static final int IPV6_NETWORK_BYTES = 8;

  private final List<Network> trusted;

  /**
   * Creates it with the networks of trusted proxies.
   *
   * @param trusted addresses or CIDRs: {@code 10.0.0.0/8}, {@code ::1}
   * @throws IllegalArgumentException if one is neither; the message says which
   */
  public ClientAddresses(List<String> trusted) {
    this.trusted = trusted.stream().map(Network::parse).toList();
  }

  /**
   * The client's address.
   *
   * @param peer the address at the other end of the connection
   * @param forwarded the values of {@code X-Forwarded-For}, in order
   * @return the peer if it is not trusted or sent no usable address
   */
  public String clientOf(String peer, List<String> forwarded) {
    if (trusted.isEmpty() || !isTrusted(parse(peer))) {
      return peer;
    }
    String[] hops = String.join(",", forwarded).split(",", -1);
    String client = peer;
    for (int i = hops.length - 1; i >= Math.max(0, hops.length - MAX_HOPS); i--) {
      Optional<InetAddress> hop = parse(withoutPort(hops[i].strip()));
      if (hop.isEmpty()) {
        break; // "unknown", or garbage: the last one that made sense is who is known.
      }
      client = hop.get().getHostAddress();
      if (!isTrusted(hop)) {
        break;
      }
    }
    return client;
  }

  /**
   * The part of an address that a client cannot choose: with IPv6 each client has 2^64 addresses,
   * which count as one.
   */
  public static String group(String address) {
    return parse(address)
        .map(
            parsed ->
                parsed instanceof Inet6Address
                    ? HexFormat.of().formatHex(parsed.getAddress(), 0, IPV6_NETWORK_BYTES)
                    : parsed.getHostAddress())
        .orElse(address);
  }

  private boolean isTrusted(Optional<InetAddress> address) {
    return address.isPresent() && trusted.stream().anyMatch(n -> n.contains(address.get()));
  }

  private static String withoutPort(String hop) {
    if (hop.startsWith("[")) { // [::1]:1234
      int end = hop.indexOf(']');
      return end < 0 ? hop : hop.substring(1, end);
    }
    int colon = hop.indexOf(':');
    return colon >= 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
  }

  /** Parses an address without a DNS lookup; a name is not an address. */
  private static Optional<InetAddress> parse(String address) {
    int zone = address.indexOf('%');
    try {
      return Optional.of(InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static final class Network {
    private final byte[] address;
    private final int bits;

    Network(byte[] address, int bits) {
      this.address = address;
      this.bits = bits;
    }

    static Network parse(String text) {
      int slash = text.indexOf('/');
      Optional<InetAddress> address =
          ClientAddresses.parse(slash < 0 ? text : text.substring(0, slash));
      if (address.isEmpty()) {
        throw new IllegalArgumentException("'" + text + "' is neither an address nor a CIDR");
      }
      byte[] bytes = address.get().getAddress();
      int most = bytes.length * Byte.SIZE;
      if (slash < 0) {
        return new Network(bytes, most);
      }
      int bits =
          Numbers.parse(text.substring(slash + 1), 0, most)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "'" + text + "' must have a prefix length from 0 to " + most));
      return new Network(bytes, bits);
    }

    boolean contains(InetAddress other) {
      byte[] bytes = other.getAddress();
      int whole = bits / Byte.SIZE;
      if (bytes.length != address.length || !Arrays.equals(bytes, 0, whole, address, 0, whole)) {
        return false;
      }
      int rest = bits % Byte.SIZE;
      return rest == 0 || ((bytes[whole] ^ address[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
    }
  }
}
