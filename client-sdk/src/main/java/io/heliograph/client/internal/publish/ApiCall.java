package io.heliograph.client.internal.publish;

import org.jspecify.annotations.Nullable;

/**
 * A request to Heliograph's HTTP API.
 *
 * @param path below the server's base, without a slash at its beginning
 * @param contentType null where there is no body
 * @param body {@code ""} where there is none
 * @param idempotencyKey null where the call may be repeated as it is
 */
public record ApiCall(
    String method,
    String path,
    @Nullable String contentType,
    String body,
    @Nullable String idempotencyKey) {

  /** Without a body. */
  public static ApiCall of(String method, String path) {
    return new ApiCall(method, path, null, "", null);
  }

  /** A POST of JSON that may be repeated. */
  public static ApiCall post(String path, String json) {
    return new ApiCall("POST", path, "application/json", json, null);
  }
}
