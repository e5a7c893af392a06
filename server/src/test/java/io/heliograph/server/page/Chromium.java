package io.heliograph.server.page;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Chromium, driven by its DevTools protocol. Tabs are processes of their own. */
final class Chromium implements Browser {

  private final Map<String, String> sessions = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final BrowserProcess process;
  private final JsonSocket socket;

  Chromium(Path directory) throws Exception {
    process =
        BrowserProcess.start(
            directory,
            List.of(
                "chromium",
                "--headless",
                "--no-sandbox", // It refuses to run as root with one.
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--ignore-certificate-errors",
                "--remote-debugging-port=0",
                "--user-data-dir=" + directory,
                "about:blank"));
    Path file = directory.resolve("DevToolsActivePort");
    List<String> lines =
        await()
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> Files.exists(file) ? Files.readAllLines(file) : List.of(),
                all -> all.size() == 2);
    socket =
        new JsonSocket(URI.create("ws://127.0.0.1:" + lines.get(0) + lines.get(1)), this::hear);
  }

  @Override
  public String open(String url) throws Exception {
    String target =
        (String)
            socket.call("Target.createTarget", "{\"url\":\"" + url + "\"}", "").get("targetId");
    Map<?, ?> attached =
        socket.call(
            "Target.attachToTarget", "{\"targetId\":\"" + target + "\",\"flatten\":true}", "");
    sessions.put(target, (String) attached.get("sessionId"));
    call(target, "Log.enable", "{}"); // It tells what has happened before, too.
    call(target, "Runtime.enable", "{}");
    return target;
  }

  private void hear(Map<?, ?> message) {
    String method = String.valueOf(message.get("method"));
    String text = String.valueOf(message.get("params"));
    boolean isError =
        switch (method) {
          case "Runtime.exceptionThrown" -> true;
          case "Runtime.consoleAPICalled" -> text.contains("type=error");
          case "Log.entryAdded" -> text.contains("level=error");
          default -> false;
        };
    if (isError) {
      errors.add(text);
    }
  }

  @Override
  public List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public void press(String tab, Key... keys) throws Exception {
    call(tab, "Page.bringToFront", "{}");
    for (Key key : keys) {
      String text =
          switch (key) {
            case ENTER -> ",\"text\":\"\\r\"";
            case SPACE -> ",\"text\":\" \"";
            case TAB, ESCAPE -> "";
          };
      for (String type : List.of("keyDown", "keyUp")) {
        call(
            tab,
            "Input.dispatchKeyEvent",
            "{\"type\":\"%s\",\"key\":\"%s\",\"windowsVirtualKeyCode\":%d%s}"
                .formatted(type, key.value, key.number, type.equals("keyDown") ? text : ""));
      }
    }
  }

  /** Shows the tab in this width, and in the dark if asked for. */
  void look(String tab, int width, boolean dark) throws Exception {
    call(
        tab,
        "Emulation.setDeviceMetricsOverride",
        "{\"width\":%d,\"height\":900,\"deviceScaleFactor\":1,\"mobile\":false}".formatted(width));
    call(
        tab,
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}"
            .formatted(dark ? "dark" : "light"));
  }

  @Override
  public String evaluate(String tab, String expression) throws Exception {
    Map<?, ?> answer =
        call(
            tab,
            "Runtime.evaluate",
            "{\"awaitPromise\":true,\"returnByValue\":true,\"expression\":%s}"
                .formatted(JsonSocket.quoted(expression)));
    if (!(answer.get("result") instanceof Map<?, ?> result
        && result.get("value") instanceof String value)) {
      throw new IllegalStateException(expression + ": " + answer);
    }
    return value;
  }

  /** Stops a tab's timers and tasks as the browser does with one that is not seen for long. */
  void freeze(String tab, boolean frozen) throws Exception {
    String state = frozen ? "frozen" : "active";
    call(tab, "Page.setWebLifecycleState", "{\"state\":\"" + state + "\"}");
  }

  /** Ends a tab's process. */
  void crash(String tab) throws Exception {
    String session = Objects.requireNonNull(sessions.remove(tab));
    // It is not answered: the process is gone.
    Thread.startVirtualThread(
        () -> {
          try {
            socket.call("Page.crash", "{}", session(session));
          } catch (Exception e) {
            // As it should be.
          }
        });
  }

  private Map<?, ?> call(String tab, String method, String parameters) throws Exception {
    return socket.call(method, parameters, session(Objects.requireNonNull(sessions.get(tab))));
  }

  private static String session(String id) {
    return ",\"sessionId\":\"" + id + "\"";
  }

  @Override
  public void close(String tab) throws Exception {
    sessions.remove(tab);
    socket.call("Target.closeTarget", "{\"targetId\":\"" + tab + "\"}", "");
  }

  @Override
  public void close() {
    socket.close();
    process.close();
  }
}
