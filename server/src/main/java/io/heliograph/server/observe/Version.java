package io.heliograph.server.observe;

/** The server's version, which is in its jar's manifest. */
public final class Version {

  /** Of classes that were never packed, as in a test or an IDE. */
  private static final String UNPACKED = "unpacked";

  private Version() {}

  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? UNPACKED : version;
  }
}
