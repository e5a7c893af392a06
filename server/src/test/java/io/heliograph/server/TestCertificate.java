package io.heliograph.server;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Certificates that are made here, and clients that accept them. */
public final class TestCertificate {

  private static final char[] PASSWORD = "password".toCharArray();

  // The stores by their names, for all tests: making one starts a JVM.
  private static final Map<String, byte[]> MADE = new ConcurrentHashMap<>();

  private TestCertificate() {}

  /**
   * Writes a certificate that is signed by itself, and its key: {@code cert.pem} and {@code
   * key.pem}.
   */
  public static void write(Path directory, String name) throws Exception {
    Files.write(
        directory.resolve(name + ".p12"), MADE.computeIfAbsent(name, TestCertificate::made));
    KeyStore keys = store(directory, name);
    Files.writeString(
        directory.resolve("key.pem"), pem("PRIVATE KEY", keys.getKey("a", PASSWORD).getEncoded()));
    Files.writeString(
        directory.resolve("cert.pem"), pem("CERTIFICATE", keys.getCertificate("a").getEncoded()));
  }

  private static byte[] made(String name) {
    try {
      Path directory = Files.createTempDirectory("heliograph-test");
      Path store = directory.resolve("made.p12");
      try {
        make(store, name);
        return Files.readAllBytes(store);
      } finally {
        Files.deleteIfExists(store);
        Files.delete(directory);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void make(Path store, String name) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "a",
                "-dname",
                "CN=" + name,
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new AssertionError(said);
    }
  }

  /** TLS that accepts any certificate. */
  public static SSLContext trustingContext() throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    return context;
  }

  /** TLS of a server that shows a certificate that was {@link #write written}. */
  public static SSLContext servingContext(Path directory, String name) throws Exception {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store(directory, name), PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** What a certificate that was {@link #write written} is known by. */
  public static byte[] sha256(Path directory, String name) throws Exception {
    return MessageDigest.getInstance("SHA-256")
        .digest(store(directory, name).getCertificate("a").getEncoded());
  }

  private static KeyStore store(Path directory, String name) throws Exception {
    return KeyStore.getInstance(directory.resolve(name + ".p12").toFile(), PASSWORD);
  }

  private static String pem(String label, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(bytes), label);
  }

  /** The streams are what is tested, not who signed the certificates, nor for which name. */
  public static final class TrustsAll extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
