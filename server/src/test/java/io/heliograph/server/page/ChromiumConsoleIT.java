package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChromiumConsoleIT extends ConsoleContract {

  private static final int USERS = 10_000;

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("chromium", "chromium");
    return new Chromium(home);
  }

  @Override
  void looksGood(Console page, String what) throws Exception {
    var chromium = (Chromium) browser();
    for (int width : List.of(360, 1280, 1920)) {
      for (boolean dark : List.of(false, true)) {
        chromium.look(page.tab(), width, dark);
        String look = what + ", " + width + " px" + (dark ? ", dark" : "");
        assertThat(
                chromium.evaluate(
                    page.tab(),
                    "'' + (document.documentElement.scrollWidth >"
                        + " document.documentElement.clientWidth)"))
            .as("wider than the window: " + look)
            .isEqualTo("false");
        isAccessible(page, look);
      }
    }
  }

  @Test
  void tenThousandUsersAreShownPageByPage() throws Exception {
    Console page = open("off", "#/users");
    List<Socket> streams = new ArrayList<>();
    try {
      for (int i = 0; i < USERS; i++) {
        var socket = new Socket(InetAddress.getLoopbackAddress(), site().server().port());
        streams.add(socket);
        OutputStream out = socket.getOutputStream();
        out.write(
            "GET /sse/user-%05d HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                .formatted(i)
                .getBytes(StandardCharsets.US_ASCII));
      }
      page.awaitText("#users-facts", "10,000 users are online");
      assertThat(page.count("#user-rows tr")).isEqualTo(50);

      page.click("#next");
      page.awaitText("#user-rows", "user-00050");
      assertThat(page.count("#user-rows tr")).isEqualTo(50);
      page.type("#query", "user-0999");
      page.click("#search button");
      page.awaitText("#user-rows", "user-09999");
      // Those ten, and the id itself, which is nobody's.
      assertThat(page.count("#user-rows tr")).isEqualTo(11);
    } finally {
      for (Socket stream : streams) {
        stream.close();
      }
    }
  }
}
