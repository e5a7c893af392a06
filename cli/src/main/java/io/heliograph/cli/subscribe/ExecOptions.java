package io.heliograph.cli.subscribe;

import io.heliograph.cli.option.Options;
import io.heliograph.cli.shell.Shell;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which program to run for each event. */
final class ExecOptions extends Options {
  @Option(
      names = "--exec",
      description =
          "Run CMD for each event instead of printing it. CMD reads the data from stdin, and"
              + " SSE_ID, SSE_TYPE, SSE_USER, SSE_TS and SSE_REPLAY from the environment.")
  private boolean exec;

  @Option(
      names = "--exec-on-error",
      paramLabel = "ACTION",
      converter = OnError.Converter.class,
      description =
          "If CMD fails: stop (exit with 7 and keep the event as unprocessed), continue, or"
              + " retry:COUNT, then stop (default: stop).")
  private @Nullable OnError onError;

  /** How often to run a program again that failed, and whether to end if it fails then, too. */
  record OnError(int retries, boolean stop) {
    private static final Pattern RETRY = Pattern.compile("retry:(\\d{1,3})");

    static final class Converter implements ITypeConverter<OnError> {
      @Override
      public OnError convert(String word) {
        Matcher retry = RETRY.matcher(word);
        if (word.equals("stop")) {
          return new OnError(0, true);
        } else if (word.equals("continue")) {
          return new OnError(0, false);
        } else if (retry.matches() && Integer.parseInt(retry.group(1)) > 0) {
          return new OnError(Integer.parseInt(retry.group(1)), true);
        }
        throw new TypeConversionException(
            "'" + word + "'; allowed: stop, continue, retry:1 to retry:999");
      }
    }
  }

  boolean asked() {
    return exec;
  }

  /** Checks what picocli cannot; {@code command} stands after {@code --}. */
  void requireSense(List<String> command) {
    if (exec && command.isEmpty()) {
      throw usage("--exec needs a command:  --exec -- CMD ARGS");
    } else if (!exec && onError != null) {
      throw usage("--exec-on-error needs --exec");
    }
  }

  ExecSink sink(List<String> command, Shell shell) {
    return new ExecSink(command, onError == null ? new OnError(0, true) : onError, shell.notices());
  }
}
