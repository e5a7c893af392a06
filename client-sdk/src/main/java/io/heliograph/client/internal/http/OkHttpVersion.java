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
  // 5.3 brought tags of calls and EventListener.plus.
  private static final int OLDEST_MAJOR = 5;
  private static final int OLDEST_MINOR = 3;

  private OkHttpVersion() {}

  /**
   * Refuses an OkHttp that is too old.
   *
   * @throws IllegalStateException with the version that was found, where, and how to get rid of it
   */
  public static void require() {
    String found = found();
    int major = number(found, 0);
    if (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && number(found, 1) < OLDEST_MINOR)) {
      throw new IllegalStateException(
          "The Heliograph client needs OkHttp "
              + OLDEST_MAJOR
              + "."
              + OLDEST_MINOR
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

  /** The number at that place of a version; 0 if there is none. */
  private static int number(String version, int place) {
    String[] parts = version.split("[.-]", -1);
    try {
      return place < parts.length ? Integer.parseInt(parts[place]) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String place() {
    CodeSource source = OkHttpClient.class.getProtectionDomain().getCodeSource();
    return source == null ? "" : " (" + source.getLocation() + ")";
  }
}
