package io.heliograph.cli.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.Certificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TlsTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA"})
  void certificatesAndKeysAreFoundAmongOtherText(String algorithm) throws IOException {
    Certificate made = Certificate.make(dir, "one", algorithm);
    Path both =
        Files.writeString(
            dir.resolve("both.pem"),
            "Bag Attributes\n"
                + Files.readString(made.key())
                + "subject=CN=one\n"
                + Files.readString(made.certificate()));

    assertThat(Tls.read(both, both, null, false).trust().getAcceptedIssuers()).hasSize(1);
  }

  @Test
  void aDirectoryIsReported() {
    assertThatThrownBy(() -> Tls.read(dir, null, null, false)).hasMessage(dir + " is a directory");
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
  void aKeyOfAnotherFormatIsReportedWithTheCommandThatConvertsIt(String kind) throws IOException {
    Certificate made = Certificate.make(dir, "one", "RSA");
    Path key = pem(kind, "c2VjcmV0");

    assertThatThrownBy(() -> Tls.read(null, made.certificate(), key, false))
        .hasMessageContaining("openssl pkcs8 -topk8 -nodes -in " + key)
        .hasMessageNotContaining("c2VjcmV0");
  }

  @Test
  void certificatesThatAreNoChainAreReported() throws IOException {
    Certificate made = Certificate.make(dir, "one", "RSA");
    String certificate = Files.readString(made.certificate());
    Path twice =
        Files.writeString(
            dir.resolve("twice.pem"), certificate + certificate + Files.readString(made.key()));

    assertThatThrownBy(() -> Tls.read(null, twice, null, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot set up TLS");
  }

  @Test
  void unusableFilesAreNamed() throws IOException {
    Certificate made = Certificate.make(dir, "one", "RSA");
    Path garbage = pem("PRIVATE KEY", "c2VjcmV0");

    assertThatThrownBy(() -> Tls.read(null, made.certificate(), garbage, false))
        .hasMessageContaining(garbage + " does not belong to the certificate")
        .hasMessageNotContaining("c2VjcmV0");
    assertThatThrownBy(() -> Tls.read(garbage, null, null, false))
        .hasMessageContaining("no certificate");
    assertThatThrownBy(() -> Tls.read(pem("CERTIFICATE", "c2VjcmV0"), null, null, false))
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> Tls.read(dir.resolve("none"), null, null, false))
        .hasMessageContaining("there is no file");
  }

  private Path pem(String kind, String base64) throws IOException {
    return Files.writeString(
        dir.resolve("file.pem"),
        "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }
}
