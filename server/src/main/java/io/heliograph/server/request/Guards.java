package io.heliograph.server.request;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.helidon.RequestDeadlines;
import io.heliograph.server.limit.BodyMemory;
import io.heliograph.server.limit.ClientAddresses;
import io.heliograph.server.limit.ConnectionLimits;
import io.heliograph.server.limit.PublishRate;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.observe.RefusalLog;
import java.util.Optional;

/**
 * Checks between a request and its handler, except authorization.
 *
 * @param publishRate empty for no limit
 */
public record Guards(
    ConnectionLimits connections,
    Optional<PublishRate> publishRate,
    ClientAddresses addresses,
    BodyMemory bodies,
    RequestDeadlines deadlines,
    Metrics metrics,
    RefusalLog refusalLog) {

  /** Counts a refused request, and logs a warning if operators may have to act. */
  public void refused(
      ServerRequest request, ServerResponse response, String reason, String detail) {
    metrics.refusals.of(reason).increment();
    refusalLog.refused(
        reason,
        () ->
            LogLine.of("refused")
                .with("reason", reason)
                .with("detail", detail)
                .with("method", request.prologue().method())
                .with("path", request.path().rawPath())
                .with("origin", Requests.header(request, HeaderNames.ORIGIN))
                .with("remote", addressOf(request))
                .with("request", RequestId.of(response))
                .with("traceparent", Requests.trace(request)));
  }

  /** The client's address; behind trusted proxies, the address that they forward. */
  public String addressOf(ServerRequest request) {
    return addresses.clientOf(
        request.remotePeer().host(), request.headers().values(HeaderNames.X_FORWARDED_FOR));
  }
}
