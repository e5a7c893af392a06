package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;

/**
 * An answer that can be given twice.
 *
 * @param body not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record Answer(Status status, String contentType, byte[] body) {

  static Answer json(Status status, Json.Members members) {
    return new Answer(status, "application/json", Json.object(members));
  }

  void send(ServerResponse response) {
    response.status(status);
    response.headers().set(HeaderNames.CONTENT_TYPE, contentType);
    response.send(body);
  }
}
