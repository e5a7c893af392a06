package io.heliograph.cli.manual;

import io.heliograph.cli.shell.ExitCode;
import java.util.ArrayList;
import java.util.IllegalFormatException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes what the help of a command says as a manual page, for {@code man}. Pure. */
final class ManPage {
  private static final String EXAMPLES = "Examples:";

  private final CommandLine command;
  private final CommandSpec spec;
  private final StringBuilder roff = new StringBuilder();

  private ManPage(CommandLine command) {
    this.command = command;
    this.spec = command.getCommandSpec();
  }

  /** What the page is called: {@code sse-cli-context-add}. */
  static String name(CommandLine command) {
    return command.getCommandSpec().qualifiedName("-");
  }

  /** The page, in the language of {@code roff}. */
  static String of(CommandLine command, String version) {
    return new ManPage(command).write(version);
  }

  private String write(String version) {
    String name = name(command);
    macro("TH", name.toUpperCase(Locale.ROOT), "1", "", version, "sse-cli");
    macro("SH", "NAME");
    line(escaped(name) + " \\- " + escaped(summary(command).replaceFirst("\\.$", "")));
    macro("SH", "SYNOPSIS");
    verbatim(
        command
            .getHelp()
            .synopsis(0)
            .lines()
            .map(String::strip)
            .filter(l -> !l.isEmpty())
            .toList());
    List<String> description = formatted(spec.usageMessage().description());
    if (!description.isEmpty() && spec.usageMessage().header().length > 0) {
      macro("SH", "DESCRIPTION");
      paragraphs(description);
    }
    arguments();
    options();
    commands();
    macro("SH", "EXIT STATUS");
    ExitCode.table().forEach((code, meaning) -> item(bold(code), meaning));
    footer();
    seeAlso();
    return roff.toString();
  }

  private void arguments() {
    List<PositionalParamSpec> shown =
        spec.positionalParameters().stream().filter(p -> !p.hidden()).toList();
    if (!shown.isEmpty()) {
      macro("SH", "ARGUMENTS");
      for (PositionalParamSpec parameter : shown) {
        item(italic(parameter.paramLabel()), text(parameter.description()));
      }
    }
  }

  private void options() {
    Set<OptionSpec> rest =
        spec.options().stream()
            .filter(option -> !option.hidden())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    var named = new ArrayList<ArgGroupSpec>();
    for (ArgGroupSpec group : spec.argGroups()) {
      if (group.heading() != null) {
        named.add(group);
        group.allOptionsNested().forEach(rest::remove);
      }
    }
    if (rest.isEmpty() && named.isEmpty()) {
      return;
    }
    macro("SH", "OPTIONS");
    rest.forEach(this::option);
    for (ArgGroupSpec group : named) {
      macro("SS", formatted(group.heading()).strip().replaceFirst(":$", ""));
      group.allOptionsNested().forEach(this::option);
    }
  }

  private void option(OptionSpec option) {
    String value = option.typeInfo().isBoolean() ? "" : "=" + italic(option.paramLabel());
    item(
        Stream.of(option.names()).map(ManPage::bold).collect(Collectors.joining(", "))
            + (option.arity().max() == 0 ? "" : value),
        text(option.description()));
  }

  private void commands() {
    List<CommandLine> below = visible(command);
    if (!below.isEmpty()) {
      macro("SH", "COMMANDS");
      for (CommandLine one : below) {
        item(bold(name(one)) + "(1)", summary(one));
      }
    }
  }

  private void footer() {
    List<String> footer = formatted(spec.usageMessage().footer());
    int examples = footer.indexOf(EXAMPLES);
    List<String> notes =
        (examples < 0 ? footer : footer.subList(0, examples))
            .stream().filter(note -> !note.isEmpty()).toList();
    if (!notes.isEmpty()) {
      macro("SH", "NOTES");
      verbatim(notes);
    }
    if (examples >= 0) {
      macro("SH", "EXAMPLES");
      verbatim(
          footer.subList(examples + 1, footer.size()).stream()
              .map(example -> example.replaceFirst("^  ", ""))
              .toList());
    }
  }

  private void seeAlso() {
    if (command.getParent() != null) {
      macro("SH", "SEE ALSO");
      line(bold(name(command.getParent())) + "(1)");
    }
  }

  /** Those that help lists. */
  static List<CommandLine> visible(CommandLine command) {
    return new LinkedHashSet<>(command.getSubcommands().values())
        .stream().filter(one -> !one.getCommandSpec().usageMessage().hidden()).toList();
  }

  private static String summary(CommandLine command) {
    var usage = command.getCommandSpec().usageMessage();
    List<String> header = formatted(usage.header());
    return String.join(" ", header.isEmpty() ? formatted(usage.description()) : header);
  }

  private static List<String> formatted(String... lines) {
    return Stream.of(lines).flatMap(line -> formatted(line).lines()).toList();
  }

  /** As picocli does: a text with a '%' that means nothing stays as it is. */
  private static String formatted(String line) {
    try {
      return String.format(line);
    } catch (IllegalFormatException e) {
      return line;
    }
  }

  private static String text(String... lines) {
    return String.join(" ", formatted(lines));
  }

  /** Lines that are indented stand as they are: they are lists and commands. */
  private void paragraphs(List<String> lines) {
    for (String line : lines) {
      if (line.startsWith(" ")) {
        verbatim(List.of(line));
      } else {
        macro("PP");
        line(escaped(line));
      }
    }
  }

  private void item(String term, String text) {
    macro("TP");
    line(term);
    line(escaped(text));
  }

  private void verbatim(List<String> lines) {
    macro("PP");
    macro("nf");
    lines.forEach(line -> line(escaped(line)));
    macro("fi");
  }

  private void macro(String name, String... arguments) {
    roff.append('.').append(name);
    for (String argument : arguments) {
      roff.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
    }
    roff.append('\n');
  }

  private void line(String text) {
    // At the start of a line these begin a macro.
    roff.append(text.startsWith(".") || text.startsWith("'") ? "\\&" : "")
        .append(text)
        .append('\n');
  }

  private static String bold(String text) {
    return "\\fB" + escaped(text) + "\\fR";
  }

  private static String italic(String text) {
    return "\\fI" + escaped(text) + "\\fR";
  }

  /** So that it is pasted as it is read: a plain hyphen is another character in some fonts. */
  private static String escaped(String text) {
    return text.replace("\\", "\\e")
        .replace("-", "\\-")
        .replace("'", "\\(aq")
        .replace("`", "\\(ga")
        .replace("^", "\\(ha")
        .replace("~", "\\(ti");
  }
}
