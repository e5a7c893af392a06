package io.heliograph.cli.subscribe;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.JsonText;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.Template;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import java.time.ZoneId;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How events are written to stdout. */
final class OutputOptions {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "How to write events: ${COMPLETION-CANDIDATES} (json: one object a line; data, id:"
              + " nothing else; raw: the stream's bytes, comments too).")
  private Format format = Format.text;

  @Option(
      names = "--template",
      paramLabel = "T",
      converter = TemplateConverter.class,
      description =
          "Write each event as this line, with {{ts}}, {{type}}, {{id}}, {{user}}, {{data}},"
              + " {{replay}}, {{conn}} and {{json:/POINTER}} filled in.")
  private @Nullable Template template;

  @Option(names = "--pretty", description = "JSON data over several lines; with -o text and data.")
  private boolean pretty;

  @Option(
      names = "-0",
      description = "End each event with NUL instead of a line feed, as xargs -0 reads it.")
  private boolean nul;

  @Option(
      names = "--meta",
      description =
          "With -o json: also write open, close, retry, gap, live, comment and summary records.")
  private boolean meta;

  /** The ways to write an event. */
  enum Format {
    text,
    json,
    data,
    id,
    raw
  }

  /** For picocli. */
  static final class TemplateConverter implements ITypeConverter<Template> {
    @Override
    public Template convert(String text) {
      try {
        return new Template(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  boolean raw() {
    return format == Format.raw;
  }

  boolean json() {
    return format == Format.json;
  }

  boolean meta() {
    return meta;
  }

  /**
   * Checks what picocli cannot.
   *
   * @param exec whether events go to a program instead
   */
  void requireSense(boolean exec) {
    boolean said = format != Format.text || template != null || pretty || nul;
    if (exec && said) {
      throw usage("Either --exec or one of -o, --template, --pretty, -0");
    } else if (template != null && format != Format.text) {
      throw usage("Either --template or -o " + format);
    } else if (meta && format != Format.json) {
      throw usage("--meta needs -o json");
    } else if (pretty && (template != null || (format != Format.text && format != Format.data))) {
      throw usage("--pretty goes with -o text and -o data");
    } else if (nul && template == null && format != Format.data && format != Format.id) {
      throw usage("-0 goes with -o data, -o id and --template");
    }
  }

  /** Writes as asked for. */
  EventSink sink(Shell shell) {
    return raw()
        ? event -> {} // RawTee has written it.
        : new Printer(shell.out(), form(shell), nul ? '\0' : '\n');
  }

  private Function<Shown, String> form(Shell shell) {
    boolean escape = shell.terminals().out();
    if (template != null) {
      Template line = template;
      UnaryOperator<String> safe = escape ? Printable::of : UnaryOperator.identity();
      return event -> line.line(event, safe);
    }
    return switch (format) {
      case text -> {
        var text = new TextLine(shell.paintOut(), ZoneId.systemDefault(), escape, 0, true);
        yield pretty ? event -> pretty(event, text) : text::event;
      }
      case json -> JsonLine::event;
      case data ->
          event ->
              pretty ? JsonText.prettyStructure(event.data()).orElse(event.data()) : event.data();
      case id -> event -> escape ? Printable.of(event.id()) : event.id();
      case raw -> throw new IllegalStateException("raw has no events");
    };
  }

  /** The data below the row, for beside it there is no room for a tree. */
  private static String pretty(Shown event, TextLine text) {
    return JsonText.prettyStructure(event.data())
        .map(
            data ->
                text.event(event.withData("")).stripTrailing()
                    + data.lines()
                        .map(line -> "\n  " + (text.escape() ? Printable.of(line) : line))
                        .collect(Collectors.joining()))
        .orElseGet(() -> text.event(event));
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
