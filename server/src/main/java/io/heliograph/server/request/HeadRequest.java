package io.heliograph.server.request;

import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerResponse;

/** Answers HEAD like GET, without the body (RFC 9110, section 9.3.2). */
public final class HeadRequest {

  private static final ScopedValue<Boolean> CURRENT = ScopedValue.newInstance();

  private HeadRequest() {}

  /** Answers HEAD as the handler answers GET. */
  public static Handler like(Handler get) {
    return (request, response) ->
        ScopedValue.where(CURRENT, true)
            .call(
                () -> {
                  get.handle(request, response);
                  return true;
                });
  }

  /** Whether the request that this thread answers is a HEAD. */
  public static boolean isCurrent() {
    return CURRENT.isBound();
  }

  /** Sends the response; for HEAD, without the body. */
  public static void send(ServerResponse response, byte[] body) {
    if (isCurrent()) {
      sendHead(response, body);
    } else {
      response.send(body);
    }
  }

  /** Sends the response without the body. */
  public static void sendHead(ServerResponse response, byte[] body) {
    response.headers().contentLength(body.length);
    response.send();
  }
}
