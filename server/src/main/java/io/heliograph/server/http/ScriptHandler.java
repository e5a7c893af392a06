package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.request.Problem;

/**
 * Serves heliograph.js, which follows a stream in a web page: under a name that stays the same, and
 * under one with the hash of its content, which caches may keep forever. Thread-safe.
 */
final class ScriptHandler {

  /** Where it is; {@code {hash}} is {@link #hash()}. */
  static final String PATH = "/heliograph.js";

  static final String VERSIONED_PATH = "/heliograph-{hash}.js";

  /** The media type of every script. */
  static final String TYPE = "text/javascript; charset=utf-8";

  private static final HeaderName CONTENT_LOCATION = HeaderNames.create("Content-Location");

  // A new server's script reaches pages within a minute; until then they need no request.
  private static final String SHORT = "public, max-age=60";
  private static final String FOREVER = "public, max-age=31536000, immutable";

  private final StaticFile script = new StaticFile(TYPE, StatusHandler.resource("heliograph.js"));

  /** The part of the versioned path that changes with the content. */
  String hash() {
    return script.hash();
  }

  void latest(ServerRequest request, ServerResponse response) {
    response.headers().set(CONTENT_LOCATION, VERSIONED_PATH.replace("{hash}", script.hash()));
    script.send(request, response, SHORT);
  }

  void versioned(ServerRequest request, ServerResponse response) {
    if (!request.path().pathParameters().get("hash").equals(script.hash())) {
      throw Problem.NOT_FOUND.because(
          "This server has another version of the script: " + PATH + " is the current one.");
    }
    script.send(request, response, FOREVER);
  }
}
