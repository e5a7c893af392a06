package io.heliograph.cli.option;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 300B}, {@code 4KiB} and plain bytes. */
public final class Size implements ITypeConverter<Integer> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,6})(B|KiB|MiB)?");

  @Override
  public Integer convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("'" + text + "' is no size; write 300B or 4KiB");
    }
    int factor = "KiB".equals(form.group(2)) ? 1 << 10 : "MiB".equals(form.group(2)) ? 1 << 20 : 1;
    long bytes = Long.parseLong(form.group(1)) * factor;
    if (bytes > 1 << 24) {
      throw new TypeConversionException("'" + text + "' is too large; allowed: up to 16MiB");
    }
    return (int) bytes;
  }
}
