package io.heliograph.cli.option;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** One header of a request, written {@code 'Name: value'}. */
public record Header(String name, String value) {

  /** For picocli. */
  public static final class Converter implements ITypeConverter<Header> {
    @Override
    public Header convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 1) {
        throw new TypeConversionException("'" + text + "' is not a header; write 'Name: value'");
      }
      return new Header(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
    }
  }
}
