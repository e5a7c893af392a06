package io.heliograph.cli.option;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 300B}, {@code 4KiB} and plain bytes. */
public class Size implements ITypeConverter<Integer> {
  private static final Pattern FORM = Pattern.compile("(\\d{1,9})(B|KiB|MiB)?");

  private final int mostMiB;

  /** Up to 16 MiB. */
  public Size() {
    this(16);
  }

  private Size(int mostMiB) {
    this.mostMiB = mostMiB;
  }

  /** Of an event that is read: up to 1 GiB. */
  public static final class OfEvent extends Size {
    public OfEvent() {
      super(1024);
    }
  }

  @Override
  public Integer convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("'" + text + "' is no size; write 300B or 4KiB");
    }
    long factor =
        "KiB".equals(form.group(2)) ? 1L << 10 : "MiB".equals(form.group(2)) ? 1L << 20 : 1;
    long bytes = Long.parseLong(form.group(1)) * factor;
    if (bytes > (long) mostMiB << 20) {
      throw new TypeConversionException(
          "'" + text + "' is too large; allowed: up to " + mostMiB + "MiB");
    }
    return (int) bytes;
  }
}
