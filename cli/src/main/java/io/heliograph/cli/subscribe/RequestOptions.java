package io.heliograph.cli.subscribe;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.CookieFile;
import io.heliograph.cli.json.Json;
import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.InputFile;
import io.heliograph.cli.option.Options;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a stream of another server is asked for, and which of its events is the last. */
final class RequestOptions extends Options {
  private static final int MAX_BYTES = 16 << 20;

  @Option(
      names = {"-X", "--request"},
      paramLabel = "METHOD",
      description =
          "Request method with --url: ${COMPLETION-CANDIDATES} (default: GET, or POST with -d).")
  private @Nullable Method method;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "BODY",
      description =
          "Send this body by POST to --url; @FILE reads a file, - stdin. The request is sent"
              + " once; exit with 0 when the response is complete.")
  private @Nullable String data;

  @Option(
      names = {"-b", "--cookie-jar"},
      paramLabel = "FILE",
      description = "Send the cookies in FILE (curl's format), and store new ones in it.")
  private @Nullable Path cookieJar;

  @Option(
      names = "--until-data",
      paramLabel = "TEXT",
      description = "Exit with 0 after the event whose data is TEXT, such as '[DONE]'.")
  private @Nullable String untilData;

  enum Method {
    GET,
    POST
  }

  /** The last event; null for none. */
  @Nullable Predicate<Event> last() {
    String text = untilData;
    return text == null ? null : event -> text.equals(event.data().strip());
  }

  Access with(Access access, Shell shell) {
    try {
      return cookieJar == null ? access : access.with(CookieFile.open(cookieJar, shell.notices()));
    } catch (IOException e) {
      throw usage("--cookie-jar: " + e.getMessage());
    }
  }

  /** Whether the body is read from stdin, which then has nothing else. */
  boolean readsStdin() {
    return "-".equals(data);
  }

  /** Checks what picocli cannot; the stream is that of a URL, or of a user. */
  void requireSense(boolean url) {
    if (!url && (method != null || data != null)) {
      throw usage("-X and -d need --url");
    } else if (method == Method.GET && data != null) {
      throw usage("-d cannot be combined with -X GET");
    }
  }

  /** Gives it to the stream; a Content-Type among the headers says what the body is. */
  StreamSpec to(StreamSpec stream, List<Header> headers, Shell shell) {
    if (data == null && method != Method.POST) {
      return stream;
    }
    String body = data == null ? "" : body(data, shell);
    String type =
        headers.stream()
            .filter(header -> header.name().equalsIgnoreCase("Content-Type"))
            .map(Header::value)
            .findFirst()
            .orElse(
                Json.isValue(body) || body.isEmpty()
                    ? "application/json"
                    : "text/plain; charset=utf-8");
    return stream.post(type, body);
  }

  private String body(String from, Shell shell) {
    try {
      return InputFile.typed(from, shell.in(), "the body", MAX_BYTES);
    } catch (IOException e) {
      throw usage("-d: " + e.getMessage());
    }
  }
}
