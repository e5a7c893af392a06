package io.heliograph.cli.option;

import java.util.Iterator;
import java.util.List;

/** A placeholder in the completion script, which replaces it by the names of the contexts. */
public final class ContextNames implements Iterable<String> {
  public static final String PLACEHOLDER = "@contexts@";

  @Override
  public Iterator<String> iterator() {
    return List.of(PLACEHOLDER).iterator();
  }
}
