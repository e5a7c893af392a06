package io.heliograph.cli.option;

/** The mark that editors of Windows put before text in UTF-8. It is no part of the text. */
public final class ByteOrderMark {
  private static final String MARK = "\ufeff";

  private ByteOrderMark() {}

  /** The text of a whole file, or its first line, without the mark. */
  public static String removed(String text) {
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }
}
