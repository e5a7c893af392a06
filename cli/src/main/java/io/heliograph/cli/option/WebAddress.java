package io.heliograph.cli.option;

import io.heliograph.cli.shell.Printable;
import java.net.URI;
import okhttp3.HttpUrl;

/**
 * URLs as people write them: what browsers and curl accept, such as {@code ?f=a|b} and {@code
 * http://my_service:8080}, though {@link URI} does not.
 */
public final class WebAddress {
  private WebAddress() {}

  /**
   * Reads an absolute http or https URL. Characters that a URL cannot hold are percent-encoded.
   *
   * @throws IllegalArgumentException if it is none, with a message for the user, which shows no
   *     secret of the URL
   */
  public static URI parse(String text, String example) {
    String shown = "'" + Printable.of(Printable.url(text)) + "'";
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(shown + " contains a control character");
    } else if (!text.contains("://")) {
      throw new IllegalArgumentException(
          shown + " has no scheme; write http://... or https://..., such as " + example);
    }
    HttpUrl url;
    try {
      url = HttpUrl.get(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          shown
              + (text.matches("(?i)https?://.*")
                  ? " has no valid host or port"
                  : " is not an http or https URL")
              + "; write such as "
              + example,
          e);
    }
    if (!url.username().isEmpty() || !url.password().isEmpty()) {
      throw new IllegalArgumentException(
          "a URL cannot contain a user and password; send them by -H 'Authorization: Basic ...'");
    }
    String uri = url.uri().toString();
    boolean bare = url.encodedPath().equals("/") && uri.endsWith("/") && !text.endsWith("/");
    return URI.create(bare ? uri.substring(0, uri.length() - 1) : uri);
  }

  /** The host of such a URL, an IPv6 address without its brackets; {@code ""} if there is none. */
  public static String host(URI uri) {
    HttpUrl url = HttpUrl.parse(uri.toString());
    return url == null ? "" : url.host();
  }

  /** The port of such a URL, which is that of its scheme if none is written. */
  public static int port(URI uri) {
    return HttpUrl.get(uri.toString()).port();
  }
}
