package io.heliograph.cli.option;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What one {@code -H} says: a header, or {@code @FILE} with one in each line. */
public record Headers(List<Header> all) {
  private static final int MAX_BYTES = 64 << 10; // More than any server takes.

  /** For picocli. */
  public static final class Converter implements ITypeConverter<Headers> {
    @Override
    public Headers convert(String text) {
      return text.startsWith("@")
          ? new Headers(file(text.substring(1)))
          : new Headers(List.of(Header.parse(text)));
    }

    private List<Header> file(String name) {
      var headers = new ArrayList<Header>();
      List<String> lines;
      try {
        lines = InputFile.text(name, MAX_BYTES).lines().toList();
      } catch (IOException e) {
        throw new TypeConversionException(e.getMessage());
      }
      for (int i = 0; i < lines.size(); i++) {
        if (!lines.get(i).isBlank()) {
          try {
            headers.add(Header.parse(lines.get(i)));
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
  }

  /** All that the options say, in order. */
  public static List<Header> of(List<Headers> options) {
    return options.stream().flatMap(headers -> headers.all.stream()).toList();
  }
}
