package io.heliograph.cli.access;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust, and who to be, where that is not what the JDK does by itself.
 *
 * @param trust whose certificates are accepted
 * @param anyName whether a certificate may be for another name than the server's
 */
record Tls(SSLSocketFactory sockets, X509TrustManager trust, boolean anyName) {
  private static final char[] NO_PASSWORD = new char[0];

  /**
   * Reads the files.
   *
   * @param authorities instead of the JDK's; null for these
   * @param certificate of this client, with those that signed it; null for none
   * @param key of that certificate; null if it is in the same file
   * @param insecure whether to trust anybody
   * @throws IOException if a file is not what it should be, in words for whoever named it
   */
  static Tls read(
      @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key, boolean insecure)
      throws IOException {
    try {
      X509TrustManager trust =
          insecure
              ? new Anybody()
              : trusting(authorities == null ? null : Pem.certificates(authorities));
      var context = SSLContext.getInstance("TLS");
      context.init(
          certificate == null ? null : identity(certificate, key == null ? certificate : key),
          new TrustManager[] {trust},
          null);
      return new Tls(context.getSocketFactory(), trust, insecure);
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static X509TrustManager trusting(@Nullable List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = null; // That of the JDK.
    if (authorities != null) {
      store = empty();
      for (int i = 0; i < authorities.size(); i++) {
        store.setCertificateEntry("authority-" + i, authorities.get(i));
      }
    }
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("this JDK trusts nobody");
  }

  private static KeyManager[] identity(Path certificate, Path key)
      throws GeneralSecurityException, IOException {
    List<X509Certificate> chain = Pem.certificates(certificate);
    PrivateKey secret = Pem.privateKey(key);
    if (!chain.getFirst().getPublicKey().getAlgorithm().equals(secret.getAlgorithm())) {
      throw new IOException("the key in " + key + " is not that of the certificate");
    }
    KeyStore store = empty();
    store.setKeyEntry("client", secret, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  /** Extended, for the JDK would check the name behind the back of a plain one. */
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
