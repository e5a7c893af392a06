package io.heliograph.cli.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What one {@code -H} says: a header, or {@code @FILE} with one in each line. */
public record Headers(List<Header> all) {
  private static final int MAX_BYTES = 64 << 10; // More than any server takes.

  /** For picocli. What it throws never says a value: it may be a secret. */
  public static final class Converter implements ITypeConverter<Headers> {
    private final Header.Converter single = new Header.Converter();

    @Override
    public Headers convert(String text) {
      return text.startsWith("@")
          ? new Headers(file(text.substring(1)))
          : new Headers(List.of(single.convert(text)));
    }

    private List<Header> file(String name) {
      var headers = new ArrayList<Header>();
      List<String> lines = read(name).lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank()) {
          try {
            headers.add(single.convert(lines.get(i)));
          } catch (TypeConversionException e) {
            throw new TypeConversionException(name + ", line " + (i + 1) + ": " + e.getMessage());
          }
        }
      }
      if (headers.isEmpty()) {
        throw new TypeConversionException(name + " has no header; wanted are lines 'Name: value'");
      }
      return headers;
    }

    private static String read(String name) {
      try (InputStream in = Files.newInputStream(Path.of(name))) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw new TypeConversionException(name + " has more than 64 KiB, which no server takes");
        }
        return ByteOrderMark.removed(new String(bytes, StandardCharsets.UTF_8));
      } catch (NoSuchFileException | InvalidPathException e) {
        throw new TypeConversionException("there is no file " + name);
      } catch (AccessDeniedException e) {
        throw new TypeConversionException("the file " + name + " may not be read");
      } catch (IOException e) {
        throw new TypeConversionException(
            "the file " + name + " cannot be read: " + e.getMessage());
      }
    }
  }

  /** All that the options say, in order. */
  public static List<Header> of(List<Headers> options) {
    return options.stream().flatMap(headers -> headers.all.stream()).toList();
  }
}
