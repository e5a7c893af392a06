package io.heliograph.client.internal;

import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Locale;
import java.util.Set;
import okhttp3.HttpUrl;

/** URLs as people, logs and stores may see them. */
public final class Urls {
  private static final Set<String> SECRETS = Set.of("ticket", "token", "access_token");
  private static final String INSTEAD = "***";

  private Urls() {}

  /**
   * The URL without user, password and fragment, and with three stars for the value of each query
   * parameter that opens streams: ticket, token and access_token.
   */
  public static HttpUrl shown(HttpUrl url) {
    HttpUrl.Builder shown = url.newBuilder().username("").password("").fragment(null);
    if (url.queryParameterNames().stream().noneMatch(Urls::isSecret)) {
      return shown.build(); // With its query to the letter.
    }
    shown.query(null);
    for (int i = 0; i < url.querySize(); i++) {
      String name = url.queryParameterName(i);
      shown.addQueryParameter(name, isSecret(name) ? INSTEAD : url.queryParameterValue(i));
    }
    return shown.build();
  }

  /** As in a form: a space is a plus sign. */
  @SuppressWarnings("JdkObsolete") // The one with a Charset is not on Android 8.
  public static String encoded(String text) {
    try {
      return URLEncoder.encode(text, "UTF-8");
    } catch (UnsupportedEncodingException e) {
      throw new AssertionError(e);
    }
  }

  /** The reverse. */
  @SuppressWarnings("JdkObsolete")
  static String decoded(String text) {
    try {
      return URLDecoder.decode(text, "UTF-8");
    } catch (UnsupportedEncodingException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isSecret(String parameter) {
    return SECRETS.contains(parameter.toLowerCase(Locale.ROOT));
  }
}
