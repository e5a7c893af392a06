package io.heliograph.server.http;

/**
 * Why a request was refused, as RFC 9457 has it. The type is stable: clients may switch on it, and
 * docs/reference/problems.md lists them all.
 */
enum Problem {
  BAD_REQUEST("bad-request", 400, "The request is malformed"),
  INVALID_USER("invalid-user", 400, "The user id is not allowed"),
  INVALID_EVENT("invalid-event", 400, "The event is not allowed"),
  INVALID_QUERY("invalid-query", 400, "A query parameter is not allowed"),
  NO_USER("no-user", 400, "The stream's user is not known"),
  NOT_FOUND("not-found", 404, "There is nothing under this path"),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "The path has no such method"),
  EVENT_TOO_LARGE("event-too-large", 413, "The event is too large"),
  BODY_TOO_LARGE("body-too-large", 413, "The request's body is too large"),
  UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body's type is not supported"),
  TOO_MANY_REQUESTS("too-many-requests", 429, "More than the rate allows"),
  TOO_MANY_CONNECTIONS("too-many-connections", 503, "Too many streams are open"),
  OVERLOADED("overloaded", 503, "The server is full"),
  DRAIN("drain", 503, "The server is stopping"),
  INTERNAL_ERROR("internal-error", 500, "The server failed");

  private final String word;
  private final int status;
  private final String title;

  Problem(String word, int status, String title) {
    this.word = word;
    this.status = status;
    this.title = title;
  }

  /** The last part of the type. */
  String word() {
    return word;
  }

  String type() {
    return "urn:heliograph:problem:" + word;
  }

  int status() {
    return status;
  }

  String title() {
    return title;
  }

  ProblemException because(String detail) {
    return new ProblemException(this, detail);
  }
}
