package io.heliograph.cli.option;

public enum OutputFormat {
  text,
  json
}
