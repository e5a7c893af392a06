package io.heliograph.server;

import io.heliograph.client.Event;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HistoryPage;
import io.heliograph.client.HistorySpec;
import io.heliograph.client.KeptEvent;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;

/** The Java of docs/guides/state-and-stream.md. */
final class StateAndStream {

  private StateAndStream() {}

  // begin orders
  /** A view of the orders. */
  interface Orders {
    /** Loads the whole state from where it was written. */
    void load();

    /** Applies one change. May be called for a change that the state contains already. */
    void apply(Event event);
  }

  // end

  // begin follow
  static void follow(HeliographApi api, SseClient client, Orders orders) {
    String cursor = api.cursor("alice"); // 1. Take the cursor.
    orders.load(); // 2. Load the state.
    // 3. Open the stream at the cursor.
    try (var stream = client.open(StreamSpec.user("alice").lastEventId(cursor))) {
      for (Signal signal : stream.signals()) { // Blocks. Reconnects and resumes until you close it.
        if (signal instanceof Signal.Message message) {
          orders.apply(message.event());
        } else if (signal instanceof Signal.Gap) {
          orders.load(); // It contains what the lost events said.
        }
      }
    }
  }

  // end

  // begin catch-up
  /** Catches up and returns the cursor for the next time. */
  static String catchUp(HeliographApi api, String cursor, Orders orders) {
    HistoryPage page;
    do {
      page = api.history(HistorySpec.user("alice").after(cursor));
      if (page.gap().isPresent()) {
        orders.load(); // It contains what the lost events said.
      }
      for (KeptEvent kept : page.events()) {
        orders.apply(kept.event());
      }
      cursor = page.cursor();
    } while (page.more());
    return cursor;
  }
  // end
}
