package io.heliograph.client.examples;

import io.heliograph.client.Event;
import io.heliograph.client.EventStream;
import io.heliograph.client.SseClient;
import java.net.URI;

/** The least that follows a stream. */
final class TenLines {
  private TenLines() {}

  // begin ten-lines
  public static void main(String[] args) {
    try (SseClient client = SseClient.create(URI.create(args[0]));
        EventStream stream = client.open()) {
      for (Event event : stream) { // Blocks. Reconnects and resumes until you close it.
        System.out.println(event.type() + ": " + event.data());
      }
    }
  }
  // end
}
