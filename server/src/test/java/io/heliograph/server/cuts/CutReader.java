package io.heliograph.server.cuts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reader as some real clients are: what each does with ids, and with blocks without data, is what
 * was seen of it. The cursor lives on when the connection is cut.
 */
final class CutReader {

  /** Which client. */
  enum Kind {
    /** As section 9.2.6 of the HTML standard says; Chromium. */
    STANDARD,
    /** Takes an id only from a block with data. */
    FIREFOX,
    /** The same, and puts what is left of a cut block before the next connection's first line. */
    WEBKIT,
    /** Forgets its cursor at a block without an id. */
    CXF,
    /** Fails on a block without data. */
    MICRONAUT
  }

  /**
   * An event that the client gave its page.
   *
   * @param id that of the block; null if it had none
   */
  record Block(String type, String data, @Nullable String id) {}

  private final Kind kind;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final List<String> data = new ArrayList<>();
  private String type = "";
  private @Nullable String id;
  private boolean anyLine;
  private @Nullable String cursor;
  private boolean comment;

  CutReader(Kind kind) {
    this.kind = kind;
  }

  /** What it sends as its Last-Event-ID. */
  Optional<String> cursor() {
    return Optional.ofNullable(cursor);
  }

  /** A new connection begins. */
  void connect() {
    if (kind != Kind.WEBKIT) {
      line.reset();
      forgetBlock();
    }
  }

  /** Whether the byte that was taken last ends a comment. */
  boolean endsComment() {
    return comment;
  }

  /** Takes a byte; gives the event that ends with it. */
  Optional<Block> take(int b) {
    comment = false;
    if (b != '\n') {
      line.write(b);
      return Optional.empty();
    }
    String text = line.toString(UTF_8);
    line.reset();
    if (text.isEmpty()) {
      return endBlock();
    }
    anyLine = true;
    comment = text.startsWith(":");
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    switch (name) {
      case "event" -> type = value;
      case "data" -> data.add(value);
      case "id" -> id = value;
      default -> {} // A comment, retry, or what is left of a cut.
    }
    return Optional.empty();
  }

  private Optional<Block> endBlock() {
    boolean hasData = !data.isEmpty();
    if (kind == Kind.MICRONAUT && !hasData) {
      throw new AssertionError("a block without data: " + (anyLine ? "fields" : "nothing"));
    }
    var block = new Block(type.isEmpty() ? "message" : type, String.join("\n", data), id);
    boolean taken =
        switch (kind) {
          case STANDARD -> id != null;
          case FIREFOX, WEBKIT, MICRONAUT -> id != null && hasData;
          case CXF -> true;
        };
    cursor = taken ? id : cursor;
    forgetBlock();
    return hasData ? Optional.of(block) : Optional.empty();
  }

  private void forgetBlock() {
    data.clear();
    type = "";
    id = null;
    anyLine = false;
  }
}
