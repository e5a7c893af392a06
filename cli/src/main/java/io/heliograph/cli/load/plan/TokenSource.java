package io.heliograph.cli.load.plan;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tokens of the users' streams. Thread-safe once they are fetched. */
public interface TokenSource {
  /**
   * Fetches the token of each user, before any of them connects.
   *
   * @throws IOException if there is none, in words for whoever named the source
   */
  void fetch(List<String> users) throws IOException, InterruptedException;

  /** The token of a user, once fetched. */
  String of(String user);

  /** A token that may publish; null where it must come by a header. */
  @Nullable String publisher();
}
