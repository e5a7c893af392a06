package io.heliograph.cli.shell;

/** Colours text, or leaves it as it is. */
public enum Paint {
  ON,
  OFF;

  public String dim(String text) {
    return paint("2", text);
  }

  public String bold(String text) {
    return paint("1", text);
  }

  public String cyan(String text) {
    return paint("36", text);
  }

  public String yellow(String text) {
    return paint("33", text);
  }

  public String red(String text) {
    return paint("31", text);
  }

  public String green(String text) {
    return paint("32", text);
  }

  public String magenta(String text) {
    return paint("35", text);
  }

  public String blue(String text) {
    return paint("34", text);
  }

  private String paint(String code, String text) {
    return this == OFF || text.isEmpty() ? text : "\033[" + code + "m" + text + "\033[0m";
  }
}
