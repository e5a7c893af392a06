package io.heliograph.cli.doctor;

import io.heliograph.cli.shell.ExitCode;
import java.io.IOException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;

/** What follows from a TLS handshake that failed. Pure. */
final class TlsDiagnosis {
  private TlsDiagnosis() {}

  static Finding of(IOException e, String host, int port) {
    String text = String.valueOf(e.getMessage());
    String look =
        "to see the certificate:  openssl s_client -connect "
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + port;
    for (Throwable t = e; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (t instanceof CertificateExpiredException
          || t instanceof CertificateNotYetValidException) {
        return failed(
            "the certificate is not valid now (" + message + ")",
            "it has expired or is not valid yet, or the clock of this machine is wrong",
            "renew the certificate on the server, and on the proxy; " + look);
      } else if (message.contains("subject alternative") || message.contains("No name matching")) {
        return failed(
            message,
            "the certificate is for other names than " + host,
            "use a name that is in the certificate, or get one for this name; " + look);
      } else if (message.contains("unable to find valid certification path")
          || message.contains("trust anchor")) {
        return failed(
            "this machine does not trust the certificate's authority",
            "it is self-signed or signed by your own authority, or the server does not send the"
                + " intermediate certificates",
            "--cacert FILE trusts the authority in FILE; " + look);
      } else if (message.contains("Unsupported or unrecognized SSL message")) {
        return failed(
            message, "the port speaks plain http, or something that is not TLS", "write http://");
      }
    }
    return failed(
        text,
        "the port does not speak TLS or requires a client certificate (--cert), or a proxy closed"
            + " the connection",
        "try http instead of https; " + look);
  }

  private static Finding failed(String text, String cause, String cure) {
    return Finding.fail(ExitCode.NETWORK, "tls", text, cause, cure);
  }
}
