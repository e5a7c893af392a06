package io.heliograph.cli.access;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.SseClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * What each request carries, and which way it takes.
 *
 * @param tokens null for no token
 * @param network the way it takes
 */
public record Access(List<Header> headers, @Nullable TokenReference tokens, Network network) {
  // What the SDK waits by itself: for the head of a stream, and for an answer.
  private static final Duration FIRST_BYTE = Duration.ofSeconds(20);
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** What to say to whom the server does not let in. */
  private static final String HINT =
      "Credentials:  --token @FILE, env:NAME or cmd:COMMAND; others by -H 'K: V'";

  /** The same, and which token was refused if there was one. */
  public static String hint(Shell shell) {
    String source =
        Stream.of(shell.using(), shell.tokenFrom())
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
    return source.isEmpty()
        ? HINT
        : source + ".  Check:  " + Shell.program() + " doctor" + asked(shell);
  }

  private static String asked(Shell shell) {
    return shell.context() == null
        ? ""
        : " --context " + ShellWords.quoted(String.valueOf(shell.context()));
  }

  private static final String TLS_HINT =
      "Whose certificate is it?  sse-cli doctor; --cacert F trusts the authority in F";

  /**
   * What to say where the handshake failed.
   *
   * @param failure what Java said of it
   */
  public static String tlsHint(String failure) {
    // Java's words for an answer that is no TLS at all.
    return failure.contains("Unsupported or unrecognized SSL message")
        ? "What answers there does not speak TLS; if it speaks plain http, write http://"
        : TLS_HINT;
  }

  /** Gives it to the client of a stream. */
  public SseClient.Builder to(SseClient.Builder builder) {
    return to(builder, UnaryOperator.identity());
  }

  /** The same, with a change of its own to the HTTP client. */
  public SseClient.Builder to(
      SseClient.Builder builder, UnaryOperator<OkHttpClient.Builder> change) {
    builder.okHttp(http -> change.apply(network.to(http)));
    Duration connect = network.connectTimeout();
    if (connect != null) {
      // All of an attempt takes the answer's time, too, and a little for the name.
      builder.timeouts(connect, FIRST_BYTE, connect.plus(FIRST_BYTE));
    }
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

  /** Gives it to a client of the API. */
  public HeliographApi.Builder to(HeliographApi.Builder builder) {
    builder.okHttp(network::to);
    Duration connect = network.connectTimeout();
    // A person waits, and sees more in a quick "no" than in a long silence.
    builder.timeout(connect == null ? ANSWER : connect.plus(ANSWER)).retryFor(RETRY);
    for (Header header : headers) {
      builder.header(header.name(), header.value());
    }
    return tokens == null ? builder : builder.tokens(tokens);
  }

  /** Gives it to a publisher. */
  public EventPublisher.Builder to(EventPublisher.Builder builder) {
    return to(builder, UnaryOperator.identity());
  }

  /** The same, with a change of its own to the HTTP client. */
  public EventPublisher.Builder to(
      EventPublisher.Builder builder, UnaryOperator<OkHttpClient.Builder> change) {
    builder.okHttp(http -> change.apply(network.to(http)));
    Duration connect = network.connectTimeout();
    if (connect != null) {
      // Else the SDK's bound of a whole call would come first.
      builder.timeout(connect.plus(ANSWER));
    }
    for (Header header : headers) {
      builder.header(header.name(), header.value());
    }
    return tokens == null ? builder : builder.tokens(tokens);
  }
}
