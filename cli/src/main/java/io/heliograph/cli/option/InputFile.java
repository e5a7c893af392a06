package io.heliograph.cli.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that a command line names. Failures are messages for the user, without content. */
public final class InputFile {
  private static final String MARK = "\ufeff";

  private InputFile() {}

  /** Opens a file. */
  public static InputStream open(String name) throws IOException {
    try {
      Path file = Path.of(name);
      if (Files.isDirectory(file)) {
        throw new IOException(name + " is a directory");
      }
      return Files.newInputStream(file);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw new IOException("there is no file " + name, e);
    } catch (AccessDeniedException e) {
      throw new IOException("no permission to read " + name, e);
    }
  }

  /** A text that is typed, or {@code @FILE}, or {@code -} for stdin; {@code what} names that. */
  public static String typed(String word, InputStream stdin, String what, int maxBytes)
      throws IOException {
    if (word.equals("-")) {
      return text(stdin, what, maxBytes);
    }
    return word.startsWith("@") ? text(word.substring(1), maxBytes) : word;
  }

  /** Reads a file of UTF-8. */
  public static String text(String name, int maxBytes) throws IOException {
    try (InputStream in = open(name)) {
      return text(in, name, maxBytes);
    }
  }

  /** Reads all that comes as UTF-8; what it is called goes into messages. */
  public static String text(InputStream in, String name, int maxBytes) throws IOException {
    byte[] bytes = in.readNBytes(maxBytes + 1);
    if (bytes.length > maxBytes) {
      int mib = maxBytes >> 20;
      throw new IOException(
          name + " is larger than " + (mib > 0 ? mib + " MiB" : (maxBytes >> 10) + " KiB"));
    }
    try {
      return withoutMark(utf8(bytes));
    } catch (CharacterCodingException e) {
      throw new IOException(name + " is " + e.getMessage(), e);
    }
  }

  /** Text that others will read again: what is not UTF-8 must not become U+FFFD on the way. */
  public static String utf8(byte[] bytes) throws CharacterCodingException {
    try {
      // A new decoder reports what it cannot read.
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new NotUtf8Exception();
    }
  }

  /** A whole text, or its first line, without the mark that editors of Windows put before it. */
  public static String withoutMark(String text) {
    return text.startsWith(MARK) ? text.substring(MARK.length()) : text;
  }

  private static final class NotUtf8Exception extends CharacterCodingException {
    private static final long serialVersionUID = 1;

    @Override
    public String getMessage() {
      return "not UTF-8; to convert it:  iconv -f LATIN1 -t UTF-8";
    }
  }
}
