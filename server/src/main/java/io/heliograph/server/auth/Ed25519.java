package io.heliograph.server.auth;

import com.nimbusds.jose.jwk.OctetKeyPair;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** Ed25519 with the JDK's own provider, because nimbus would need another library. */
final class Ed25519 {

  // What stands before the key's 32 bytes in a SubjectPublicKeyInfo (RFC 8410, section 4).
  private static final byte[] INFO_HEAD = HexFormat.of().parseHex("302a300506032b6570032100");

  private Ed25519() {}

  /** Whether the key signed the bytes; also false if the key or the signature is malformed. */
  static boolean verify(OctetKeyPair key, byte[] signed, byte[] signature) {
    try {
      var info = new ByteArrayOutputStream();
      info.writeBytes(INFO_HEAD);
      info.writeBytes(key.getDecodedX());
      var verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(info.toByteArray())));
      verifier.update(signed);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
