package io.heliograph.spring;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens as an issuer with a shared secret sends them. */
final class Jwts {
  static final String SECRET = "a secret of the test of 32 bytes";

  private Jwts() {}

  /** HS256, for the user "shop", with an end. */
  static String jwt(Instant end) {
    String content =
        encoded("{\"alg\":\"HS256\"}")
            + "."
            + encoded(
                "{\"sub\":\"shop\",\"scope\":\"subscribe publish\",\"exp\":"
                    + end.getEpochSecond()
                    + "}");
    return content + "." + signature(content);
  }

  /** Whether a server takes it: its own signature, and an end to come. */
  static boolean isValid(String authorization) {
    String[] parts = authorization.replace("Bearer ", "").split("\\.", -1);
    if (parts.length != 3) {
      return false;
    }
    String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
    long end = Long.parseLong(claims.replaceAll("\\D", ""));
    return signature(parts[0] + "." + parts[1]).equals(parts[2])
        && end > Instant.now().getEpochSecond();
  }

  private static String signature(String content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(content.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
