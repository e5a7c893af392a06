package io.heliograph.server.request;

/**
 * The reason why a request was refused (RFC 9457). The type is stable: clients may switch on it.
 * docs/reference/http-api.md lists all types.
 */
public enum Problem {
  BAD_REQUEST("bad-request", 400, "The request is malformed"),
  INVALID_USER("invalid-user", 400, "The user id is not allowed"),
  INVALID_EVENT("invalid-event", 400, "The event is not allowed"),
  INVALID_QUERY("invalid-query", 400, "A query parameter is not allowed"),
  INVALID_REVOCATION("invalid-revocation", 400, "The revocation is not allowed"),
  INVALID_KEY("invalid-idempotency-key", 400, "The Idempotency-Key is not allowed"),
  INVALID_LIST("invalid-list", 400, "The list of users is not allowed"),
  NO_USER("no-user", 400, "The user of the stream is not known"),
  AUTH_OFF("auth-off", 400, "Authentication is off"),
  UNAUTHENTICATED("unauthenticated", 401, "A token is required"),
  INVALID_TOKEN("invalid-token", 401, "The token is not accepted"),
  TOKEN_EXPIRED("token-expired", 401, "The token is not valid at this time"),
  TOKEN_REVOKED("token-revoked", 401, "The token was revoked"),
  INVALID_TICKET("invalid-ticket", 401, "The ticket is not accepted"),
  FORBIDDEN("forbidden", 403, "The token does not permit this request"),
  ORIGIN_NOT_ALLOWED("origin-not-allowed", 403, "Pages of this origin may not call the server"),
  HOST_NOT_ALLOWED("host-not-allowed", 403, "The server is not known by this name"),
  NOT_FOUND("not-found", 404, "There is no such path"),
  NO_CONNECTION("no-such-connection", 404, "The user has no such connection"),
  METHOD_NOT_ALLOWED("method-not-allowed", 405, "The path has no such method"),
  NOT_ACCEPTABLE("not-acceptable", 406, "The path has no such representation"),
  EVENT_TOO_LARGE("event-too-large", 413, "The event is too large"),
  BODY_TOO_LARGE("body-too-large", 413, "The request body is too large"),
  TOO_MANY_ITEMS("too-many-items", 413, "The batch has too many items"),
  URI_TOO_LONG("uri-too-long", 414, "The request target is too long"),
  UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body's type is not supported"),
  HEADERS_TOO_LARGE("headers-too-large", 431, "The request headers are too large"),
  NOT_IMPLEMENTED("not-implemented", 501, "The method is not supported"),
  TICKET_IN_USE("ticket-in-use", 503, "The ticket's stream is still open"),
  KEYS_UNAVAILABLE("keys-unavailable", 503, "Tokens cannot be verified at the moment"),
  STORE_FULL("store-full", 503, "The store is full"),
  TOO_MANY_REQUESTS("too-many-requests", 429, "The rate limit is exceeded"),
  TOO_MANY_CONNECTIONS("too-many-connections", 503, "Too many streams are open"),
  OVERLOADED("overloaded", 503, "The server is full"),
  LOG_UNAVAILABLE("log-unavailable", 503, "The log cannot be written"),
  DRAIN("drain", 503, "The server is stopping"),
  KEY_REUSED("idempotency-key-reused", 422, "The Idempotency-Key was used for another event"),
  TOO_MANY_TAILS("too-many-tails", 503, "Too many tails are open"),
  HTTP_VERSION_NOT_SUPPORTED(
      "http-version-not-supported", 505, "The HTTP version is not supported"),
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
  public String word() {
    return word;
  }

  public String type() {
    return "urn:heliograph:problem:" + word;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  public ProblemException because(String detail) {
    return new ProblemException(this, detail);
  }
}
