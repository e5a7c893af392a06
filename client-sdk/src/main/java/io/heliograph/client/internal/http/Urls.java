package io.heliograph.client.internal.http;

import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.Locale;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** URLs as people, logs and stores may see them. */
public final class Urls {
  // By what services call them; "_", "-" and case do not count.
  private static final Pattern SECRET =
      Pattern.compile(
          "(x(amz|goog))?(.*token|ticket|.*secret|.*password|passwd|pwd|pass|(api|access|private|auth)?key"
              + "|auth|authorization|jwt|sig|signature|credentials?|session|sessionid|sid|code)");
  private static final String INSTEAD = "***";

  private Urls() {}

  /**
   * The URL without user, password and fragment, and with three stars for the value of each query
   * parameter whose name says that it is a secret, such as ticket, access_token, api_key or sig.
   */
  public static HttpUrl shown(HttpUrl url) {
    boolean query = url.queryParameterNames().stream().noneMatch(Urls::isSecret);
    if (query && url.username().isEmpty() && url.password().isEmpty() && url.fragment() == null) {
      return url; // The same object: a stream has it anyway.
    }
    HttpUrl.Builder shown = url.newBuilder().username("").password("").fragment(null);
    if (query) {
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
  public static String decoded(String text) {
    try {
      return URLDecoder.decode(text, "UTF-8");
    } catch (UnsupportedEncodingException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isSecret(String parameter) {
    String name = parameter.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    return SECRET.matcher(name).matches();
  }
}
