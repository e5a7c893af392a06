package io.heliograph.cli.doctor;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes findings to stdout as they come, and keeps what they mean for the exit code. */
final class FindingPrinter {
  private static final int WIDTH = 80;
  private static final int INDENT = 17;

  private final Shell shell;
  private final boolean json;
  private @Nullable Finding failed;
  private final List<String> warned = new ArrayList<>();

  FindingPrinter(Shell shell, boolean json) {
    this.shell = shell;
    this.json = json;
  }

  ExitCode exit() {
    return failed == null ? ExitCode.OK : failed.exit();
  }

  void print(Finding finding) {
    if (finding.verdict() == Finding.Verdict.FAIL && failed == null) {
      failed = finding;
    } else if (finding.verdict() == Finding.Verdict.WARN) {
      warned.add(finding.step());
    }
    if (json) {
      out(json(finding));
    } else {
      text(finding, shell.paintOut()).forEach(this::out);
    }
  }

  /** One line at the end: what is wrong, or that nothing is. */
  void summarize() {
    Finding first = failed;
    String warnings = warned.isEmpty() ? "." : "; warnings: " + String.join(", ", warned) + ".";
    String sentence =
        first == null
            ? "The stream works" + warnings
            : "The stream does not work: " + first.step() + ": " + first.text();
    if (json) {
      out(
          JsonLine.start()
              .put("v", 1)
              .put("kind", "summary")
              .put("verdict", first == null ? "ok" : "fail")
              .put("text", sentence)
              .put("exit", exit().code())
              .end());
    } else {
      String text = Printable.of(sentence);
      out(first == null ? shell.paintOut().green(text) : shell.paintOut().red(text));
    }
  }

  private void out(String line) {
    try {
      shell.out().line(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Nobody reads stdout any more.
    }
  }

  static String json(Finding finding) {
    return JsonLine.start()
        .put("v", 1)
        .put("kind", "check")
        .put("step", finding.step())
        .put("verdict", finding.verdict().name().toLowerCase(Locale.ROOT))
        .put("text", finding.text())
        .put("cause", finding.cause().isEmpty() ? null : finding.cause())
        .put("cure", finding.cure().isEmpty() ? null : finding.cure())
        .end();
  }

  static List<String> text(Finding finding, Paint paint) {
    String mark =
        switch (finding.verdict()) {
          case OK -> paint.green("ok  ");
          case SKIP -> paint.dim("skip");
          case WARN -> paint.yellow("warn");
          case FAIL -> paint.red("FAIL");
        };
    List<String> lines = new ArrayList<>();
    add(lines, mark + "  " + padded(finding.step()), finding.text());
    if (!finding.cause().isEmpty()) {
      add(lines, "      " + paint.dim(padded("cause")), finding.cause());
      add(lines, "      " + paint.dim(padded("fix")), finding.cure());
    }
    return lines;
  }

  private static void add(List<String> lines, String label, String text) {
    String start = label;
    for (String row : Paint.wrapped(Printable.of(text), WIDTH - INDENT)) {
      lines.add(start + row);
      start = " ".repeat(INDENT);
    }
  }

  private static String padded(String step) {
    return step + " ".repeat(Math.max(1, INDENT - 6 - step.length()));
  }
}
