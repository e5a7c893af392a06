package io.heliograph.server.observe;

/** The server's version, from its jar's manifest. */
public final class Version {

  /** The version of classes that are not in a jar, as in a test or an IDE. */
  private static final String UNPACKED = "unpacked";

  private Version() {}

  public static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? UNPACKED : version;
  }
}
