package io.heliograph.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for this machine, signed by itself, and its key: two PEM files. */
public record Certificate(Path certificate, Path key, KeyStore store) {
  private static final char[] PASSWORD = "password".toCharArray();

  // The stores by algorithm and name, for all tests: making one starts a JVM.
  private static final Map<String, byte[]> MADE = new ConcurrentHashMap<>();

  /** Writes one into the directory; the same for the same name and algorithm. */
  public static Certificate make(Path directory, String name, String algorithm) {
    try {
      Path file = directory.resolve(name + ".p12");
      Files.write(
          file, MADE.computeIfAbsent(algorithm + " " + name, _ -> made(file, name, algorithm)));
      KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
      return new Certificate(
          write(directory, name + ".crt", "CERTIFICATE", store.getCertificate("a").getEncoded()),
          write(directory, name + ".key", "PRIVATE KEY", store.getKey("a", PASSWORD).getEncoded()),
          store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** By the JDK's keytool. */
  private static byte[] made(Path file, String name, String algorithm) {
    try {
      Process keytool =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                      "-genkeypair",
                      "-keyalg",
                      algorithm,
                      "-alias",
                      "a",
                      "-dname",
                      "CN=" + name,
                      "-ext",
                      "san=ip:127.0.0.1",
                      "-storepass",
                      new String(PASSWORD),
                      "-keystore",
                      file.toString()))
              .redirectErrorStream(true)
              .start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new AssertionError(said);
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Of a server that shows this certificate, and wants one that the other has signed. */
  SSLContext demanding(Certificate client) throws GeneralSecurityException, IOException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, PASSWORD);
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, PASSWORD);
    trusted.setCertificateEntry("client", client.store.getCertificate("a"));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static Path write(Path directory, String name, String label, byte[] bytes)
      throws IOException {
    return Files.writeString(
        directory.resolve(name),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(bytes), label));
  }
}
