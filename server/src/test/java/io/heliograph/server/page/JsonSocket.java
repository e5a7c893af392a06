package io.heliograph.server.page;

import io.heliograph.server.PlainJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Calls a browser over a WebSocket, as CDP and WebDriver BiDi have it: a command has a number, and
 * the answer with that number belongs to it. Thread-safe.
 */
final class JsonSocket implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Map<Long, CompletableFuture<Map<?, ?>>> answers = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Consumer<Map<?, ?>> events;
  private final WebSocket socket;

  /**
   * Connects.
   *
   * @param events is given what the browser says by itself
   */
  JsonSocket(URI uri, Consumer<Map<?, ?>> events) throws Exception {
    this.events = events;
    socket =
        http.newWebSocketBuilder()
            .buildAsync(uri, new Listener())
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Sends a command and waits for its result.
   *
   * @param more members of the command beside its id and method, as JSON, each with a comma before
   */
  Map<?, ?> call(String method, String parameters, String more) throws Exception {
    long id = ids.incrementAndGet();
    var answer = new CompletableFuture<Map<?, ?>>();
    answers.put(id, answer);
    String command =
        "{\"id\":%d,\"method\":\"%s\",\"params\":%s%s}".formatted(id, method, parameters, more);
    synchronized (socket) { // One message after the other.
      socket.sendText(command, true).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
    Map<?, ?> whole = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!(whole.get("result") instanceof Map<?, ?> result)) {
      throw new AssertionError(command + ": " + whole);
    }
    return result;
  }

  /** A string as JSON. */
  static String quoted(String text) {
    var escaped = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '"' || each == '\\') {
        escaped.append('\\').append(each);
      } else if (each < ' ') {
        escaped.append("\\u%04x".formatted((int) each));
      } else {
        escaped.append(each);
      }
    }
    return escaped.append('"').toString();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        Map<?, ?> message = (Map<?, ?>) PlainJson.read(text.toString());
        text.setLength(0);
        if (message.get("id") instanceof PlainJson.Num id) {
          var answer = answers.remove(Long.valueOf(id.text()));
          if (answer != null) {
            answer.complete(message);
          }
        } else {
          events.accept(message);
        }
      }
      from.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
  }
}
