package io.heliograph.cli.load.plan;

import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Share;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Something that ends many connections at once. */
public sealed interface Storm {
  /** When, since the measured span began. */
  Duration at();

  /** As it is written on the command line. */
  String written();

  /**
   * The network breaks for a share of the users.
   *
   * @param share of the users, above 0 and at most 1
   * @param reset whether by RST; else by FIN
   */
  record Cut(Duration at, double share, boolean reset) implements Storm {
    @Override
    public String written() {
      return Numbers.seconds(at) + ":" + Numbers.percent(share) + ":" + how();
    }

    public String how() {
      return reset ? "reset" : "close";
    }
  }

  /** A command of the shell runs, such as one that restarts the server. */
  record Run(Duration at, String command) implements Storm {
    @Override
    public String written() {
      return Numbers.seconds(at) + ":" + command;
    }
  }

  /** Reads {@code 30s}, {@code 30s:50%} and {@code 30s:50%:close}. */
  final class CutConverter implements ITypeConverter<Storm> {
    @Override
    public Storm convert(String text) {
      String[] parts = text.split(":", -1);
      String how = parts.length > 2 ? parts[2] : "reset";
      if (parts.length > 3 || !List.of("reset", "close").contains(how)) {
        throw new TypeConversionException(
            "'" + text + "' is no storm; write 30s, 30s:50% or 30s:50%:close");
      }
      return new Cut(
          new DurationConverter().convert(parts[0]),
          parts.length > 1 ? Share.parse(parts[1]) : 1,
          how.equals("reset"));
    }
  }

  /** Reads {@code 30s:COMMAND}. */
  final class RunConverter implements ITypeConverter<Storm> {
    @Override
    public Storm convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 1 || colon == text.length() - 1) {
        throw new TypeConversionException(
            "'" + text + "' is no time and command; write 30s:COMMAND");
      }
      return new Run(
          new DurationConverter().convert(text.substring(0, colon)), text.substring(colon + 1));
    }
  }
}
