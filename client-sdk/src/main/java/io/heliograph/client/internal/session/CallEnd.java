package io.heliograph.client.internal.session;

import java.io.IOException;
import okhttp3.Call;
import org.jspecify.annotations.Nullable;

/**
 * Ends a call from any thread and at any time: before it has begun, while it is on the network, and
 * while it is in the user's own code, where only an interrupt reaches it. Thread-safe.
 */
final class CallEnd {
  // All guarded by this: a cancel may come before there is anything to cancel.
  private @Nullable Call call;
  private boolean cancelled;
  private @Nullable Thread inUsersCode;

  /** This is the call to be ended; false: it was, so do not begin it. */
  boolean begins(Call started) {
    synchronized (this) {
      call = started;
      return !cancelled;
    }
  }

  /** Before the user's code is called, which may hang. */
  void enterUsersCode() throws IOException {
    synchronized (this) {
      if (cancelled) {
        throw new IOException("cancelled");
      }
      inUsersCode = Thread.currentThread();
    }
  }

  /** After it, however it ended. */
  void leaveUsersCode() {
    synchronized (this) {
      inUsersCode = null;
    }
    Thread.interrupted(); // Meant for that code; the network would take it for its own end.
  }

  void cancel() {
    Call current;
    synchronized (this) {
      cancelled = true;
      current = call;
      if (inUsersCode != null) {
        inUsersCode.interrupt();
      }
    }
    if (current != null) {
      current.cancel();
    }
  }
}
