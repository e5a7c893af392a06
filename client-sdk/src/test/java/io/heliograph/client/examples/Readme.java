package io.heliograph.client.examples;

import io.heliograph.client.Event;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import java.net.URI;

/** The Java of README.md and docs/getting-started.md. */
final class Readme {

  private Readme() {}

  static void read() {
    // begin read
    try (var client = SseClient.create(URI.create("http://127.0.0.1:8080/sse/alice"));
        var stream = client.open()) {
      for (Event event : stream) { // Blocks. Reconnects and resumes until you close it.
        System.out.println(event.type() + ": " + event.data());
      }
    }
    // end
  }

  static void publish() {
    // begin publish
    try (var publisher = EventPublisher.create(URI.create("http://127.0.0.1:8080"))) {
      publisher.publish("alice", NewEvent.json("order.shipped", "{\"order\":17}"));
    }
    // end
  }

  static void signals() {
    // begin signals
    try (var client = SseClient.create(URI.create("http://127.0.0.1:8080/sse/alice"));
        var stream = client.open()) {
      for (Signal signal : stream.signals()) { // Blocks. Reconnects and resumes until you close it.
        if (signal instanceof Signal.Message message) {
          System.out.println(message.event().data());
        } else if (signal instanceof Signal.Gap) {
          System.out.println("Events were lost: reload the state.");
        }
      }
    }
    // end
  }
}
