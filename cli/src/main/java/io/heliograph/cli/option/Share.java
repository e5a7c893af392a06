package io.heliograph.cli.option;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 5%} as 0.05. */
public final class Share implements ITypeConverter<Double> {
  private static final Pattern FORM = Pattern.compile("(\\d+(?:\\.\\d+)?)%");

  @Override
  public Double convert(String text) {
    return parse(text);
  }

  /** The same for a part of an option's value. */
  public static double parse(String text) {
    Matcher form = FORM.matcher(text);
    double percent = form.matches() ? Double.parseDouble(form.group(1)) : Double.NaN;
    if (!(percent <= 100)) {
      throw new TypeConversionException("'" + text + "' is no share; write 0% to 100%");
    }
    return percent / 100;
  }
}
