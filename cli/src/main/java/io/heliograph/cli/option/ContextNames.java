package io.heliograph.cli.option;

import java.util.Iterator;
import java.util.List;

/** Stands, in the script that completes what is typed, for the names that there are then. */
public final class ContextNames implements Iterable<String> {
  public static final String PLACEHOLDER = "@contexts@";

  @Override
  public Iterator<String> iterator() {
    return List.of(PLACEHOLDER).iterator();
  }
}
