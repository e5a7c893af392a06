package io.heliograph.server.page;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Firefox, driven by WebDriver BiDi. */
final class Firefox implements Browser {

  private static final Pattern LISTENING = Pattern.compile("BiDi listening on (ws://\\S+)");

  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final BrowserProcess process;
  private final JsonSocket socket;

  Firefox(Path directory) throws Exception {
    process =
        BrowserProcess.start(
            directory,
            List.of(
                "firefox-esr",
                "--headless",
                "--no-remote",
                "--profile",
                directory.toString(),
                "--remote-debugging-port=0",
                "about:blank"));
    Path log = directory.resolve("log");
    String uri =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () ->
                    LISTENING
                        .matcher(Files.readString(log))
                        .results()
                        .map((MatchResult result) -> result.group(1))
                        .findFirst(),
                Optional::isPresent)
            .orElseThrow();
    socket = new JsonSocket(URI.create(uri + "/session"), this::hear);
    socket.call(
        "session.new", "{\"capabilities\":{\"alwaysMatch\":{\"acceptInsecureCerts\":true}}}", "");
    socket.call("session.subscribe", "{\"events\":[\"log.entryAdded\"]}", "");
  }

  private void hear(Map<?, ?> message) {
    String text = String.valueOf(message.get("params"));
    if ("log.entryAdded".equals(message.get("method")) && text.contains("level=error")) {
      errors.add(text);
    }
  }

  @Override
  public List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void press(String tab, Key... keys) throws Exception {
    socket.call("browsingContext.activate", "{\"context\":\"" + tab + "\"}", "");
    socket.call(
        "input.performActions", "{\"context\":\"" + tab + "\"," + Key.actions(keys) + "}", "");
  }

  @Override
  public String open(String url) throws Exception {
    String tab =
        (String) socket.call("browsingContext.create", "{\"type\":\"tab\"}", "").get("context");
    socket.call(
        "browsingContext.navigate",
        "{\"context\":\"%s\",\"url\":\"%s\",\"wait\":\"interactive\"}".formatted(tab, url),
        "");
    return tab;
  }

  @Override
  public String evaluate(String tab, String expression) throws Exception {
    Map<?, ?> answer =
        socket.call(
            "script.evaluate",
            "{\"awaitPromise\":true,\"target\":{\"context\":\"%s\"},\"expression\":%s}"
                .formatted(tab, JsonSocket.quoted(expression)),
            "");
    if (!(answer.get("result") instanceof Map<?, ?> result
        && result.get("value") instanceof String value)) {
      throw new IllegalStateException(expression + ": " + answer);
    }
    return value;
  }

  @Override
  public void close(String tab) throws Exception {
    socket.call("browsingContext.close", "{\"context\":\"" + tab + "\"}", "");
  }

  @Override
  public void close() {
    socket.close();
    process.close();
  }
}
