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

class PemTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void certificatesAndKeysAreFoundAmongOtherText(String algorithm) throws IOException {
    Certificate made = Certificate.make(dir, "one", algorithm);
    Path both =
        Files.writeString(
            dir.resolve("both.pem"),
            "Bag Attributes\n"
                + Files.readString(made.key())
                + "subject=CN=one\n"
                + Files.readString(made.certificate())
                + Files.readString(made.certificate()));

    assertThat(Pem.certificates(both)).hasSize(2);
    assertThat(Pem.privateKey(both).getFormat()).isEqualTo("PKCS#8");
  }

  @Test
  void aDirectoryIsToldByItsName() {
    assertThatThrownBy(() -> Pem.certificates(dir))
        .hasMessage(dir + " is a directory; wanted is a PEM file");
  }

  @Test
  void aKeyOfAnotherFormIsToldHowToBecomeOne() throws IOException {
    for (String kind : new String[] {"RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY"}) {
      Path file = pem(kind, "c2VjcmV0");

      assertThatThrownBy(() -> Pem.privateKey(file))
          .hasMessageContaining("'" + kind + "'")
          .hasMessageContaining("openssl pkcs8 -topk8 -nodes -in " + file)
          .hasMessageNotContaining("c2VjcmV0");
    }
  }

  @Test
  void whatIsNoneIsSaidByItsFile() throws IOException {
    Path garbage = pem("PRIVATE KEY", "c2VjcmV0");

    assertThatThrownBy(() -> Pem.privateKey(garbage))
        .hasMessageContaining("none of the kinds")
        .hasMessageNotContaining("c2VjcmV0");
    assertThatThrownBy(() -> Pem.certificates(garbage)).hasMessageContaining("no certificate");
    assertThatThrownBy(() -> Pem.certificates(pem("CERTIFICATE", "c2VjcmV0")))
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> Pem.certificates(dir.resolve("none")))
        .hasMessageContaining("there is no file");
  }

  private Path pem(String kind, String base64) throws IOException {
    return Files.writeString(
        dir.resolve("file.pem"),
        "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
  }
}
