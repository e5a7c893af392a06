package io.heliograph.server.gate;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.RequestId;
import io.heliograph.server.request.Requests;

/** Logs what callers do to other users: who did it, to whom, from where. Thread-safe. */
public final class Audit {

  private static final System.Logger LOG = System.getLogger("io.heliograph.server.audit");

  private final Guards guards;

  public Audit(Guards guards) {
    this.guards = guards;
  }

  /**
   * Logs an action that has been done.
   *
   * @param action {@code audit} with the fields that are the action's own
   */
  public void log(LogLine action, ServerRequest request, ServerResponse response) {
    LogLine line =
        action
            // Without authentication nobody knows who it was.
            .with("by", Admission.current().caller().map(caller -> caller.user().value()))
            .with("remote", guards.addressOf(request))
            .with("request", RequestId.of(response))
            .with("traceparent", Requests.trace(request));
    LOG.log(System.Logger.Level.INFO, "{0}", line);
  }

  /** A line of what was done. */
  public static LogLine of(String action) {
    return LogLine.of("audit").with("action", action);
  }
}
