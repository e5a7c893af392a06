package io.heliograph.server.helidon.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The head of a request on HTTP/2, decoded.
 *
 * @param fields in their order; where there were too many, those within the bounds
 * @param complete whether these are all fields
 * @param targetTooLong whether the target was left out because it is too long
 */
public record Head(List<Field> fields, boolean complete, boolean targetTooLong) {

  private static final String METHOD = ":method";
  private static final String PATH = ":path";

  // Helidon 4.5 takes a pseudo-header only by the number of its name in the static table.
  private static final Map<String, Integer> PSEUDO =
      Map.of(":authority", 1, METHOD, 2, PATH, 4, ":scheme", 6, ":status", 8);

  // Set here and nowhere else: a field of this name that a client sends is dropped.
  private static final String REFUSAL = "heliograph-refusal";
  private static final HeaderName REFUSAL_NAME = HeaderNames.create(REFUSAL);

  private static final Status HEADERS_TOO_LARGE =
      Status.create(431, "Request Header Fields Too Large");

  private static final int LONGEST_SHORT = 127;

  /** A name and its value, a character for each byte. */
  public record Field(String name, String value) {
    private static final int OVERHEAD = 32;

    /** What it counts for, in bytes (RFC 7541, section 4.1). */
    int size() {
      return name.length() + value.length() + OVERHEAD;
    }
  }

  /** With which status a request must be refused, whose headers {@link #encoded} wrote. */
  public static Optional<Status> refusal(Headers headers) {
    return headers.first(REFUSAL_NAME).map(Integer::parseInt).map(Status::create);
  }

  /**
   * Written so that a decoder needs no memory of earlier heads: nothing is indexed or compressed. A
   * head that must be refused is written without its fields and with the reason.
   */
  public byte[] encoded() {
    Optional<Status> refused = reason();
    var out = new ByteArrayOutputStream();
    for (Field field : fields) {
      if (refused.isEmpty()) {
        if (!field.name().equals(REFUSAL)) {
          write(out, field);
        }
      } else if (field.name().startsWith(":") || field.name().equals("host")) {
        write(out, field.name().equals(METHOD) ? withUpperCase(field) : field);
      }
    }
    if (refused.isPresent()) {
      if (targetTooLong) {
        write(out, new Field(PATH, "/"));
      }
      write(out, new Field(REFUSAL, Integer.toString(refused.get().code())));
    }
    return out.toByteArray();
  }

  private Optional<Status> reason() {
    if (targetTooLong) {
      return Optional.of(Status.REQUEST_URI_TOO_LONG_414);
    }
    if (!complete) {
      return Optional.of(HEADERS_TOO_LARGE);
    }
    // Helidon 4.5 makes upper case of it (RFC 9110, section 9.1: methods are case-sensitive).
    return fields.stream()
        .filter(field -> field.name().equals(METHOD) && !withUpperCase(field).equals(field))
        .findFirst()
        .map(_ -> Status.BAD_REQUEST_400);
  }

  private static Field withUpperCase(Field method) {
    return new Field(METHOD, method.value().toUpperCase(Locale.ROOT));
  }

  /** A literal without indexing (RFC 7541, section 6.2.2). */
  private static void write(ByteArrayOutputStream out, Field field) {
    int number = PSEUDO.getOrDefault(field.name(), 0);
    out.write(number);
    if (number == 0) {
      write(out, field.name());
    }
    write(out, field.value());
  }

  private static void write(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    if (bytes.length < LONGEST_SHORT) {
      out.write(bytes.length);
    } else {
      out.write(LONGEST_SHORT);
      int rest = bytes.length - LONGEST_SHORT;
      for (; rest > LONGEST_SHORT; rest >>= 7) {
        out.write((rest & LONGEST_SHORT) | (LONGEST_SHORT + 1));
      }
      out.write(rest);
    }
    out.writeBytes(bytes);
  }
}
