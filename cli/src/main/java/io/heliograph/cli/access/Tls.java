package io.heliograph.cli.access;

import io.heliograph.cli.option.InputFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import okhttp3.tls.Certificates;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust and which certificate to present, where that differs from the JDK's defaults.
 *
 * @param anyName whether a certificate may be for another name than the server's
 */
record Tls(SSLSocketFactory sockets, X509TrustManager trust, boolean anyName) {
  private static final int MAX_BYTES = 4 << 20; // All public authorities together have less.
  private static final Pattern CERTIFICATES =
      Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----");
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----");

  /**
   * Reads the files. What this throws contains no key.
   *
   * @param authorities to trust instead of the JDK's; null for the JDK's
   * @param certificate of this client, with its chain; null for none
   * @param key of that certificate; null if it is in the same file
   * @param insecure whether any certificate is accepted
   * @throws IOException if a file is unusable, with a message for the user
   */
  static Tls read(
      @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key, boolean insecure)
      throws IOException {
    var builder = new HandshakeCertificates.Builder();
    if (authorities == null) {
      builder.addPlatformTrustedCertificates();
    } else {
      certificates(authorities).forEach(builder::addTrustedCertificate);
    }
    if (certificate != null) {
      List<X509Certificate> chain = certificates(certificate);
      builder.heldCertificate(
          held(chain.getFirst(), key == null ? certificate : key),
          chain.subList(1, chain.size()).toArray(X509Certificate[]::new));
    }
    return made(builder, insecure);
  }

  @SuppressWarnings("CatchingUnchecked") // Kotlin declares no exception that it throws.
  private static Tls made(HandshakeCertificates.Builder builder, boolean insecure)
      throws IOException {
    try {
      HandshakeCertificates made = builder.build();
      if (!insecure) {
        return new Tls(made.sslSocketFactory(), made.trustManager(), false);
      }
      // Not addInsecureHost, which compares with what the address resolves to: never an address.
      var anybody = new Anybody();
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(
          new KeyManager[] {made.keyManager()}, new TrustManager[] {anybody}, new SecureRandom());
      return new Tls(context.getSocketFactory(), anybody, true);
    } catch (Exception e) {
      throw new IOException("cannot set up TLS: " + e.getMessage(), e);
    }
  }

  /** All certificates of the file, in order; at least one. */
  private static List<X509Certificate> certificates(Path file) throws IOException {
    var blocks = new StringBuilder();
    CERTIFICATES.matcher(text(file)).results().forEach(b -> blocks.append(b.group()).append('\n'));
    if (blocks.isEmpty()) {
      throw new IOException(
          file + " contains no certificate; required: PEM, with '-----BEGIN CERTIFICATE-----'");
    }
    try {
      byte[] bytes = blocks.toString().getBytes(StandardCharsets.ISO_8859_1);
      return CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(bytes))
          .stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw new IOException(file + " contains a certificate that cannot be read", e);
    }
  }

  private static HeldCertificate held(X509Certificate certificate, Path file) throws IOException {
    Matcher key = KEY.matcher(text(file));
    if (!key.find()) {
      throw new IOException(
          file
              + " contains no usable key; required: PKCS#8 without a password, which this command"
              + " prints:  openssl pkcs8 -topk8 -nodes -in "
              + file);
    }
    try {
      return HeldCertificate.decode(Certificates.certificatePem(certificate) + "\n" + key.group());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "the key in " + file + " does not belong to the certificate, or is neither RSA nor EC",
          e);
    }
  }

  /** Only its ASCII counts: tools put names in any encoding between the blocks. */
  private static String text(Path file) throws IOException {
    try (InputStream in = InputFile.open(file.toString())) {
      return new String(in.readNBytes(MAX_BYTES), StandardCharsets.ISO_8859_1);
    }
  }

  /** Extended, because the JDK would check the name behind the back of a plain one. */
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
