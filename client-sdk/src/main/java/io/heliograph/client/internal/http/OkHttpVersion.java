package io.heliograph.client.internal.http;

import java.security.CodeSource;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;

/**
 * Looks which OkHttp is in front on the class path. Version 4 lies in another artifact than version
 * 5 has on the JVM, so a build may keep both without a word, and the program would end with a
 * {@link NoSuchMethodError} in its first call.
 */
public final class OkHttpVersion {
  private static final int OLDEST_MAJOR = 5;

  private OkHttpVersion() {}

  /**
   * Refuses an OkHttp that is too old.
   *
   * @throws IllegalStateException with the version that was found, where, and how to get rid of it
   */
  public static void require() {
    String found = found();
    if (major(found) < OLDEST_MAJOR) {
      throw new IllegalStateException(
          "The Heliograph client needs OkHttp "
              + OLDEST_MAJOR
              + " or newer, but the class path has OkHttp "
              + found
              + " in front"
              + place()
              + ". Import io.heliograph:heliograph-bom into your dependency management, or exclude"
              + " com.squareup.okhttp3:okhttp from the dependency that brings the old version.");
    }
  }

  /** By reflection: the compiler would copy the constant of the version it compiles with. */
  private static String found() {
    try {
      return String.valueOf(OkHttp.class.getField("VERSION").get(null));
    } catch (ReflectiveOperationException | LinkageError e) {
      return "3 or older"; // These have no such class.
    }
  }

  private static int major(String version) {
    int dot = version.indexOf('.');
    try {
      return Integer.parseInt(dot < 0 ? version : version.substring(0, dot));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String place() {
    CodeSource source = OkHttpClient.class.getProtectionDomain().getCodeSource();
    return source == null ? "" : " (" + source.getLocation() + ")";
  }
}
