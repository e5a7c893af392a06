package io.heliograph.cli.option;

/** How results are written to stdout. */
public enum OutputFormat {
  text,
  json
}
