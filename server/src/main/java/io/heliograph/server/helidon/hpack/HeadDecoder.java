package io.heliograph.server.helidon.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.helidon.http.http2.Http2HuffmanDecoder;
import java.util.ArrayList;
import java.util.List;

/**
 * Decodes the heads of one HTTP/2 connection, one after the other (RFC 7541). However little of a
 * head is on the wire, no more of it is kept than {@link #MAX_BYTES} and {@link #MAX_FIELDS}: what
 * is beyond is decoded, because later heads may refer to it, and dropped.
 *
 * <p>Helidon 4.5 bounds only what is on the wire, where a field that came before is a byte.
 *
 * <p>Confined to the thread that reads.
 *
 * <p>Can go when Helidon bounds a head as it decodes it.
 */
public final class HeadDecoder {

  /** The most that a head may have, each field counted with 32 bytes more. */
  public static final int MAX_BYTES = 32 * 1024;

  public static final int MAX_FIELDS = 128;

  /** The longest target, as on HTTP/1.1. */
  public static final int MAX_TARGET_BYTES = 8 * 1024;

  /** The room for fields that are remembered: the default, to which Helidon keeps. */
  static final int MAX_TABLE_BYTES = 4096;

  private static final List<Head.Field> STATIC_TABLE =
      """
      :authority
      :method GET
      :method POST
      :path /
      :path /index.html
      :scheme http
      :scheme https
      :status 200
      :status 204
      :status 206
      :status 304
      :status 400
      :status 404
      :status 500
      accept-charset
      accept-encoding gzip, deflate
      accept-language
      accept-ranges
      accept
      access-control-allow-origin
      age
      allow
      authorization
      cache-control
      content-disposition
      content-encoding
      content-language
      content-length
      content-location
      content-range
      content-type
      cookie
      date
      etag
      expect
      expires
      from
      host
      if-match
      if-modified-since
      if-none-match
      if-range
      if-unmodified-since
      last-modified
      link
      location
      max-forwards
      proxy-authenticate
      proxy-authorization
      range
      referer
      refresh
      retry-after
      server
      set-cookie
      strict-transport-security
      transfer-encoding
      user-agent
      vary
      via
      www-authenticate
      """
          .lines()
          .map(line -> line.split(" ", 2))
          .map(field -> new Head.Field(field[0], field.length > 1 ? field[1] : ""))
          .toList();

  private static final int MAX_SHIFT = 21;

  private final Http2HuffmanDecoder huffman = Http2HuffmanDecoder.create();

  // What is remembered, the newest first (section 2.3.2); 128 of them at most.
  private final List<Head.Field> table = new ArrayList<>();
  private int tableBytes;
  private int maxTableBytes = MAX_TABLE_BYTES;

  private byte[] in = {};
  private int at;

  /**
   * Decodes the next head.
   *
   * @throws Http2Exception if it is malformed, which ends the connection
   */
  public Head decode(byte[] block) {
    in = block;
    at = 0;
    var kept = new ArrayList<Head.Field>();
    boolean complete = true;
    boolean targetTooLong = false;
    boolean anyField = false;
    int bytes = 0;
    while (at < in.length) {
      int first = in[at] & 0xff;
      if ((first & 0xe0) == 0x20) {
        resize(number(0x1f), anyField);
        continue;
      }
      anyField = true;
      Head.Field field = field(first);
      if (field.name().equals(":path") && field.value().length() > MAX_TARGET_BYTES) {
        targetTooLong = true;
        continue;
      }
      bytes = Math.min(MAX_BYTES + 1, bytes + field.size());
      complete = complete && bytes <= MAX_BYTES && kept.size() < MAX_FIELDS;
      if (complete) {
        kept.add(field);
      }
    }
    in = new byte[0];
    return new Head(kept, complete, targetTooLong);
  }

  private Head.Field field(int first) {
    if ((first & 0x80) != 0) {
      return remembered(number(0x7f)); // Section 6.1.
    }
    boolean remember = (first & 0x40) != 0; // Section 6.2.1, else 6.2.2 and 6.2.3.
    int index = number(remember ? 0x3f : 0x0f);
    String name = index == 0 ? text() : remembered(index).name();
    if (name.isEmpty()) {
      throw new Http2Exception(Http2ErrorCode.PROTOCOL, "A header field has no name.");
    }
    var field = new Head.Field(name, text());
    if (remember) {
      remember(field);
    }
    return field;
  }

  private Head.Field remembered(int index) {
    int inTable = index - STATIC_TABLE.size() - 1;
    if (index == 0 || inTable >= table.size()) {
      throw malformed("A header block refers to an entry that does not exist.");
    }
    return inTable < 0 ? STATIC_TABLE.get(index - 1) : table.get(inTable);
  }

  /** Drops the oldest to make room; a field that is larger than all the room empties it (4.4). */
  private void remember(Head.Field field) {
    table.addFirst(field);
    tableBytes += field.size();
    shrink();
  }

  private void shrink() {
    while (tableBytes > maxTableBytes) {
      tableBytes -= table.removeLast().size();
    }
  }

  private void resize(int size, boolean afterField) {
    if (afterField || size > MAX_TABLE_BYTES) {
      throw malformed("A dynamic table size update is not allowed.");
    }
    maxTableBytes = size;
    shrink();
  }

  /** Section 5.1; the first byte has other bits above those of the mask. */
  private int number(int mask) {
    int number = in[at++] & mask;
    if (number < mask) {
      return number;
    }
    for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
      int next = next();
      number += (next & 0x7f) << shift;
      if ((next & 0x80) == 0) {
        return number;
      }
    }
    throw malformed("An integer in a header block is too large.");
  }

  private int next() {
    if (at == in.length) {
      throw malformed("A header block is truncated.");
    }
    return in[at++] & 0xff;
  }

  /** Section 5.2. */
  private String text() {
    int first = next();
    at--;
    int length = number(0x7f);
    if (length > in.length - at) {
      throw malformed("A header block is truncated.");
    }
    String text =
        (first & 0x80) == 0
            ? new String(in, at, length, ISO_8859_1)
            // Of what is not ASCII it is only known that it was there.
            : huffman
                .decodeString(BufferData.create(in, at, length), length)
                .replace('\ufffd', '\u00ff');
    at += length;
    return text;
  }

  private static Http2Exception malformed(String message) {
    return new Http2Exception(Http2ErrorCode.COMPRESSION, message);
  }
}
