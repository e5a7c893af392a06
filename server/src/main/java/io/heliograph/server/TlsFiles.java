package io.heliograph.server;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The certificate and the key of the listener, reloaded when their files change. One daemon thread
 * checks the files. Open connections keep their certificate.
 */
final class TlsFiles implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(TlsFiles.class.getName());

  private static final String NO_RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

  static {
    // The JDK reads it once, at its first handshake. A peer that may ask for one TLS 1.2 handshake
    // after the other makes the server sign as often, for a fraction of the cost.
    if (System.getProperty(NO_RENEGOTIATION) == null) {
      System.setProperty(NO_RENEGOTIATION, "true");
    }
  }

  // Two calls to the file system each time. Looking, and not being told, also sees the exchanged
  // symbolic links by which Kubernetes renews a secret.
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private static final byte[] PROBE = {1, 2, 3};

  private final Settings.Tls files;
  private final Thread thread;

  // Confined to the thread.
  private List<Object> seen;

  private TlsFiles(Settings.Tls files, Consumer<Tls> changed) {
    this.files = files;
    this.seen = state(files);
    this.thread = Thread.ofVirtual().name("tls-files").start(() -> run(changed));
  }

  /** Watches the files until it is closed, and passes on new content if it is valid. */
  static TlsFiles watch(Settings.Tls files, Consumer<Tls> changed) {
    return new TlsFiles(files, changed);
  }

  /**
   * Reads the files.
   *
   * @throws SettingsException if they cannot be used
   */
  static Tls read(Settings.Tls files) {
    try {
      var keys =
          Keys.builder()
              .pem(
                  pem ->
                      pem.key(Resource.create(files.privateKey()))
                          .certChain(Resource.create(files.certificate())))
              .build();
      if (keys.certChain().isEmpty()) {
        throw new GeneralSecurityException("the file contains no certificate");
      }
      PrivateKey key =
          keys.privateKey()
              .orElseThrow(() -> new GeneralSecurityException("the file contains no private key"));
      if (!belong(key, keys.certChain().getFirst().getPublicKey())) {
        throw new GeneralSecurityException("the key does not match the first certificate");
      }
      return Tls.builder().privateKey(keys).privateKeyCertChain(keys).build();
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new SettingsException(
          "server.tls.certificate (%s) and server.tls.private-key (%s) cannot be used: %s. Both must be PEM: the certificate followed by those of its issuers, and its key as PKCS#8 without a password."
              .formatted(files.certificate(), files.privateKey(), e.getMessage()));
    }
  }

  private void run(Consumer<Tls> changed) {
    try {
      while (true) {
        Thread.sleep(LOOK_EVERY);
        look(changed);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void look(Consumer<Tls> changed) {
    List<Object> now = state(files);
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      changed.accept(read(files));
      LOG.log(
          System.Logger.Level.INFO, "Loaded a new certificate from " + files.certificate() + ".");
    } catch (RuntimeException e) {
      // Often the other of the two files is still to come.
      LOG.log(
          System.Logger.Level.WARNING,
          "The new certificate cannot be used; the old one stays in use: "
              + String.valueOf(e.getMessage()));
    }
  }

  /** A key that does not match its certificate would fail every handshake. */
  private static boolean belong(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    var signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(PROBE);
    byte[] signature = signer.sign();
    if (!key.getAlgorithm().equals(certified.getAlgorithm())) {
      return false;
    }
    var verifier = Signature.getInstance(algorithm);
    verifier.initVerify(certified);
    verifier.update(PROBE);
    return verifier.verify(signature);
  }

  private static List<Object> state(Settings.Tls files) {
    return List.of(state(files.certificate()), state(files.privateKey()));
  }

  private static Object state(Path file) {
    try {
      var attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return List.of(
          attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
    } catch (IOException e) {
      return "missing";
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
