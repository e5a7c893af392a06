package io.heliograph.cli.help;

import java.util.regex.Pattern;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Model.CommandSpec;

/** Help whose lines do not break inside a word: picocli would split {@code application.yaml}. */
public final class WholeWords extends Help {
  // Forbids a break and is never written: U+2060 would be right, but Java's BreakIterator knows
  // only its predecessor, ZERO WIDTH NO-BREAK SPACE.
  private static final String JOINER = "\ufeff";
  private static final Pattern INSIDE = Pattern.compile("(?<=\\S[./=:,?!|])(?=\\S)");

  public WholeWords(CommandSpec command, ColorScheme colors) {
    super(command, colors);
  }

  @Override
  public IOptionRenderer createDefaultOptionRenderer() {
    IOptionRenderer usual = super.createDefaultOptionRenderer();
    return (option, labels, colors) -> joined(usual.render(option, labels, colors), colors);
  }

  @Override
  public IParameterRenderer createDefaultParameterRenderer() {
    IParameterRenderer usual = super.createDefaultParameterRenderer();
    return (parameter, labels, colors) -> joined(usual.render(parameter, labels, colors), colors);
  }

  @Override
  public String optionList() {
    return super.optionList().replace(JOINER, "");
  }

  @Override
  public String parameterList() {
    return super.parameterList().replace(JOINER, "");
  }

  /** The descriptions, which are last in each row. */
  private static Text[][] joined(Text[][] rows, ColorScheme colors) {
    for (Text[] row : rows) {
      String description = row[row.length - 1].plainString();
      row[row.length - 1] =
          colors.ansi().new Text(INSIDE.matcher(description).replaceAll(JOINER), colors);
    }
    return rows;
  }
}
