package io.heliograph.cli.option;

/** How the events of a stream are written to stdout. */
public enum StreamFormat {
  text,
  json,
  /** The payload and nothing else. */
  data
}
