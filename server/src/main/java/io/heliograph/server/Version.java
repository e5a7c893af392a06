package io.heliograph.server;

import picocli.CommandLine.IVersionProvider;

/** The server's version, which is in its jar's manifest. */
final class Version implements IVersionProvider {

  /** Of classes that were never packed, as in a test or an IDE. */
  private static final String UNPACKED = "unpacked";

  static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? UNPACKED : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "heliograph-server " + current() + ", Java " + System.getProperty("java.version")
    };
  }
}
