package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.SseClient;
import java.io.IOException;
import java.util.List;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * What each request carries.
 *
 * @param tokens null for no token
 */
public record Access(List<Header> headers, @Nullable TokenReference tokens) {
  /** What to say to whom the server does not let in. */
  private static final String HINT =
      "Credentials:  --token @FILE, env:NAME or cmd:COMMAND; others by -H 'K: V'";

  /** The same, where a context may be to blame. */
  public static String hint(Shell shell) {
    return shell.using().isEmpty()
        ? HINT
        : shell.using() + ".  Check:  " + Shell.program() + " doctor" + asked(shell);
  }

  private static String asked(Shell shell) {
    return shell.context() == null ? "" : " --context " + shell.context();
  }

  /** Gives it to the client of a stream. */
  public SseClient.Builder to(SseClient.Builder builder) {
    for (Header header : headers) {
      builder.header(header.name(), header.value());
    }
    return tokens == null ? builder : builder.tokens(tokens);
  }

  /**
   * Gives it to a single request.
   *
   * @throws IOException if there is no token just now
   */
  public Request.Builder to(Request.Builder builder) throws IOException {
    for (Header header : headers) {
      builder.header(header.name(), header.value());
    }
    if (tokens != null) {
      builder.header("Authorization", "Bearer " + tokens.token(false));
    }
    return builder;
  }

  /** Gives it to a publisher. */
  public EventPublisher.Builder to(EventPublisher.Builder builder) {
    for (Header header : headers) {
      builder.header(header.name(), header.value());
    }
    return tokens == null ? builder : builder.tokens(tokens);
  }
}
