package io.heliograph.cli.option;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * How often something happens, written {@code 200/s}, {@code 12k/m} or, of all there are, {@code
 * 5%/m}.
 *
 * @param perSecond the number, or the share from 0 to 1
 * @param share whether it is a share
 */
public record Rate(double perSecond, boolean share) {
  private static final Pattern FORM =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(k|%)?(?:/(s|m|h))?");

  /** How many a second, of so many. */
  public double of(double all) {
    return share ? perSecond * all : perSecond;
  }

  public static final class Converter implements ITypeConverter<Rate> {
    @Override
    public Rate convert(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new TypeConversionException("'" + text + "' is no rate; write 200/s, 12k/m or 5%/m");
      }
      boolean share = "%".equals(form.group(2));
      double number = Double.parseDouble(form.group(1)) * ("k".equals(form.group(2)) ? 1000 : 1);
      double seconds = "m".equals(form.group(3)) ? 60 : "h".equals(form.group(3)) ? 3600 : 1;
      return new Rate((share ? number / 100 : number) / seconds, share);
    }
  }
}
