package io.heliograph.server.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.Utf8;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code {"users":["alice","bob"]}}. */
final class UserListReader {

  /** The most users of one request. */
  static final int MAX_USERS = 1_000;

  // JSON may write a character of a user id in six bytes.
  private static final int MAX_BODY_BYTES = MAX_USERS * (UserId.MAX_BYTES * 6 + 4);

  private static final String SHAPE =
      "Send {\"users\":[\"alice\",\"bob\"]} with at most " + MAX_USERS + " users.";

  private UserListReader() {}

  static List<UserId> read(ServerRequest request, Body body) {
    String mediaType = Requests.mediaType(request);
    if (!mediaType.equals("application/json")) {
      throw Requests.unsupported(mediaType, "application/json");
    }
    byte[] bytes =
        body.bytes(
            MAX_BODY_BYTES, () -> Problem.BODY_TOO_LARGE.because("The body is too long. " + SHAPE));
    try (JsonParser json = Json.FACTORY.createParser(Utf8.decode(bytes))) {
      if (json.nextToken() != JsonToken.START_OBJECT
          || !"users".equals(json.nextFieldName())
          || json.nextToken() != JsonToken.START_ARRAY) {
        throw Problem.INVALID_LIST.because("The body is not a list of users. " + SHAPE);
      }
      List<UserId> users = users(json);
      if (json.nextToken() != JsonToken.END_OBJECT || json.nextToken() != null) {
        throw Problem.INVALID_LIST.because("The body has data after the list. " + SHAPE);
      }
      return users;
    } catch (JsonProcessingException e) {
      throw Problem.INVALID_LIST.because(
          "The body is not valid JSON: " + e.getOriginalMessage() + ". " + SHAPE);
    } catch (InvalidValueException e) {
      throw Problem.INVALID_LIST.because(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  private static List<UserId> users(JsonParser json) throws IOException {
    var users = new ArrayList<UserId>();
    for (JsonToken token = json.nextToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      if (token != JsonToken.VALUE_STRING) {
        throw Problem.INVALID_LIST.because("A user is not a string. " + SHAPE);
      }
      if (users.size() == MAX_USERS) {
        throw Problem.INVALID_LIST.because("The list has too many users. " + SHAPE);
      }
      users.add(new UserId(json.getText()));
    }
    return users;
  }
}
