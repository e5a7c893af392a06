package io.heliograph.server;

import io.helidon.http.HeaderNames;
import io.heliograph.server.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A server that also has the pages of server/src/clients: {@code /page}, which drives a browser's
 * EventSource, and {@code /tabs}, which follows a stream with heliograph.js. Over TLS no relay can
 * add one, and they must come from the streams' own origin.
 */
public final class PagedServer {

  private static final Path PAGES = Path.of("src", "clients");

  private PagedServer() {}

  /** Starts it with {@code --set NAME=VALUE} as the program takes it; ends by a signal. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> settings = new LinkedHashMap<>(Map.of("server.port", "0"));
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--set")) {
        String[] setting = arguments[++i].split("=", 2);
        settings.put(setting[0], setting[1]);
      }
    }
    Map<String, String> pages =
        Map.of(
            "/page", Files.readString(PAGES.resolve("page.html")),
            "/tabs", Files.readString(PAGES.resolve("tabs.html")));
    Heliograph server =
        Heliograph.start(
            Settings.of(settings),
            web -> {
              web.routing()
                  .orElseThrow()
                  .addFilter(
                      (chain, request, response) -> {
                        String page = pages.get(request.path().path());
                        if (page != null) {
                          response.headers().set(HeaderNames.CONTENT_TYPE, "text/html");
                          response.send(page);
                        } else {
                          chain.proceed();
                        }
                      });
              return web;
            });
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    System.out.println("listening on " + server.uri());
    new CountDownLatch(1).await();
  }
}
