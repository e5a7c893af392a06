package io.heliograph.cli.access;

import io.heliograph.cli.format.Failure;
import io.heliograph.cli.option.Header;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographException;
import io.heliograph.client.SseClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * What each request carries, and the route it takes.
 *
 * @param tokens null for no token
 * @param cookies to send and to keep; null for none
 */
public record Access(
    List<Header> headers,
    @Nullable TokenReference tokens,
    Network network,
    @Nullable CookieFile cookies) {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int MAX_ANSWER = 1 << 20;

  private static final String HINT =
      "Credentials:  --token @FILE, env:NAME or cmd:COMMAND; others by -H 'NAME: VALUE'";

  private static final String TLS_HINT =
      "To look at the certificate:  sse-cli doctor. To trust its authority:  --cacert FILE";

  Access(List<Header> headers, @Nullable TokenReference tokens, Network network) {
    this(headers, tokens, network, null);
  }

  /** The same with cookies. */
  public Access with(CookieFile jar) {
    return new Access(headers, tokens, network, jar);
  }

  /** What to do if the server refuses the credentials, and which token it refused. */
  public static String hint(Shell shell) {
    String source =
        Stream.of(shell.using(), shell.tokenFrom())
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(", "));
    return source.isEmpty()
        ? HINT
        : source + ".  Check:  " + Shell.program() + " doctor" + asked(shell);
  }

  /** Says on stderr why a call of the API failed. */
  public ExitCode failed(Shell shell, boolean json, URI server, HeliographException e) {
    String message = e.status() == 0 ? String.valueOf(e.getMessage()) : e.detail();
    return failed(shell, json, server, e.status(), message);
  }

  /** The same; {@code status} is 0 where there was no answer. */
  public ExitCode failed(Shell shell, boolean json, URI server, int status, String message) {
    boolean auth = status == 401 || status == 403;
    ExitCode exit = status == 0 ? ExitCode.NETWORK : auth ? ExitCode.AUTH : ExitCode.REFUSED;
    String whole = status == 0 ? message : "the server refused (" + status + "): " + message;
    String proxy = status == 0 ? network.proxyHint(server) : "";
    String hint = auth ? hint(shell) : status != 0 || !proxy.isEmpty() ? proxy : shell.using();
    return Failure.tell(shell, json, exit, status, whole, hint);
  }

  private static String asked(Shell shell) {
    return shell.context() == null
        ? ""
        : " --context " + ShellWords.quoted(String.valueOf(shell.context()));
  }

  /** What to do if the handshake fails with this message of Java. */
  public static String tlsHint(String failure) {
    // Java's words for an answer that is no TLS at all.
    return failure.contains("Unsupported or unrecognized SSL message")
        ? "The server does not speak TLS there; if it speaks plain http, write http://"
        : TLS_HINT;
  }

  public SseClient.Builder to(SseClient.Builder builder) {
    builder.okHttp(this::to);
    headers.forEach(header -> builder.addHeader(header.name(), header.value()));
    return tokens == null ? builder : builder.tokens(tokens);
  }

  public HeliographApi.Builder to(HeliographApi.Builder builder) {
    builder.okHttp(this::to);
    // A person waits, and learns more from a quick failure than from a long silence.
    builder.timeout(ANSWER).retryFor(RETRY);
    headers.forEach(header -> builder.addHeader(header.name(), header.value()));
    return tokens == null ? builder : builder.tokens(tokens);
  }

  /** A publisher that soon says no: a person waits. */
  public EventPublisher quickPublisher(URI server) {
    return to(EventPublisher.builder(server).timeout(ANSWER).retryFor(RETRY)).build();
  }

  public EventPublisher.Builder to(EventPublisher.Builder builder) {
    builder.okHttp(this::to);
    headers.forEach(header -> builder.addHeader(header.name(), header.value()));
    return tokens == null ? builder : builder.tokens(tokens);
  }

  public OkHttpClient.Builder to(OkHttpClient.Builder http) {
    return cookies == null ? network.to(http) : network.to(http).cookieJar(cookies);
  }

  /** Applies headers and token to a single request; fails if there is no token at the moment. */
  public Request.Builder to(Request.Builder builder) throws IOException {
    headers.forEach(header -> builder.addHeader(header.name(), header.value()));
    if (tokens != null) {
      builder.header("Authorization", "Bearer " + tokens.token(false));
    }
    return builder;
  }

  /** The answer to a single request, its body cut at 1 MiB. */
  public record Answer(int status, String body) {}

  public Answer get(URI uri) throws IOException {
    OkHttpClient client =
        to(new OkHttpClient.Builder()).callTimeout(ANSWER).followRedirects(false).build();
    try (Response response =
        client.newCall(to(new Request.Builder().url(uri.toString())).build()).execute()) {
      return new Answer(response.code(), response.peekBody(MAX_ANSWER).string());
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
