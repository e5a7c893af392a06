package io.heliograph.server.http;

import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;

/**
 * Whom a question about users and counts is asked: all nodes, or with {@code ?node=self} this one.
 *
 * @param all the directory of all nodes
 * @param self the directory of this node
 */
record Nodes(Directory all, Directory self) {

  /** The directory that the request asks for. */
  Directory asked(ServerRequest request) {
    String node = Requests.query(request, "node").orElse("all");
    return switch (node) {
      case "all" -> all;
      case "self" -> self;
      default ->
          throw Problem.INVALID_QUERY.because(
              "node is '" + node + "', but must be all (the default) or self.");
    };
  }
}
