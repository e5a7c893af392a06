package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Share;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Read storms as they are written on the command line. */
final class StormConverters {
  private StormConverters() {}

  /** Reads {@code 30s}, {@code 30s:50%} and {@code 30s:50%:close}. */
  static final class Cut implements ITypeConverter<Storm> {
    @Override
    public Storm convert(String text) {
      String[] parts = text.split(":", -1);
      String how = parts.length > 2 ? parts[2] : "reset";
      if (parts.length > 3 || !List.of("reset", "close").contains(how)) {
        throw new TypeConversionException(
            "'" + text + "' is not a storm; write 30s, 30s:50% or 30s:50%:close");
      }
      return new Storm.Cut(
          new DurationConverter().convert(parts[0]),
          parts.length > 1 ? Share.parse(parts[1]) : 1,
          how.equals("reset"));
    }
  }

  /** Reads {@code 30s:COMMAND}. */
  static final class Run implements ITypeConverter<Storm> {
    @Override
    public Storm convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 1 || colon == text.length() - 1) {
        throw new TypeConversionException(
            "'" + text + "' is not a time and a command; write 30s:COMMAND");
      }
      return new Storm.Run(
          new DurationConverter().convert(text.substring(0, colon)), text.substring(colon + 1));
    }
  }
}
