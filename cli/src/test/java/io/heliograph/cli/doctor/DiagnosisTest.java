package io.heliograph.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.access.Exchange;
import io.heliograph.cli.doctor.Finding.Verdict;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.net.SocketException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiagnosisTest {
  private static final long MS = 1_000_000;

  @Test
  void eventsThatComeTogetherThoughSentApartWereCollected() {
    List<Long> sent = List.of(0L, 400 * MS, 800 * MS);

    assertThat(Diagnosis.frames(sent, List.of(MS, 402 * MS, 801 * MS)).verdict())
        .isEqualTo(Verdict.OK);
    // Late, but one by one: slow, not collected.
    assertThat(Diagnosis.frames(sent, List.of(900 * MS, 1300 * MS, 1700 * MS)).verdict())
        .isEqualTo(Verdict.OK);
    Finding clumped = Diagnosis.frames(sent, List.of(1000 * MS, 1001 * MS, 1002 * MS));
    assertThat(clumped.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(clumped.text()).isEqualTo("3 events, sent over 800 ms, came within 2 ms");
    assertThat(clumped.cure()).contains("proxy_buffering off");
  }

  @ParameterizedTest
  @CsvSource({
    "200,OK",
    "401,AUTH",
    "403,AUTH",
    "404,REFUSED",
    "302,REFUSED",
    "503,REFUSED",
    "400,REFUSED"
  })
  void eachStatusHasItsExitCode(int status, ExitCode exit) {
    Finding finding =
        Diagnosis.status(status, "h2", Duration.ofMillis(3), "", "{\"detail\":\"why\"}");

    assertThat(finding.exit()).isEqualTo(exit);
    assertThat(finding.text()).startsWith(status + " h2 in 3 ms");
    if (exit != ExitCode.OK) {
      assertThat(finding.text()).endsWith(": why");
      assertThat(finding.cause()).isNotEmpty();
      assertThat(finding.cure()).isNotEmpty();
    }
  }

  @Test
  void whatARefusalSaysOfItselfIsShown() {
    Duration took = Duration.ofMillis(3);
    String page = "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>";

    assertThat(Diagnosis.status(400, "http/1.1", took, "", page).text())
        .isEqualTo("400 http/1.1 in 3 ms: 400 The plain HTTP request was sent to HTTPS port");
    assertThat(Diagnosis.status(400, "http/1.1", took, "", "no").cure()).doesNotContain("above");
    assertThat(Diagnosis.status(301, "http/1.1", took, "https://b/", page).text())
        .endsWith(": to https://b/");
  }

  /** One cure for each: who has forgotten to renew a certificate needs no --cacert. */
  @Test
  void whatIsWrongWithACertificateIsTold() {
    var expired = new CertificateExpiredException("NotAfter: 2021");
    assertThat(tls(new CertPathValidatorException("validity check failed", expired)))
        .contains("NotAfter: 2021", "has expired", "renew the certificate")
        .doesNotContain("--cacert");
    assertThat(tls(new CertificateException("No subject alternative DNS name matching a found.")))
        .contains("other names than a")
        .doesNotContain("--cacert");
    assertThat(tls(new CertificateException("unable to find valid certification path")))
        .contains("--cacert FILE")
        .doesNotContain("expired");
    assertThat(tls(new IOException("Unsupported or unrecognized SSL message")))
        .contains("plain http", "write http://");
    assertThat(tls(new SocketException("Connection reset"))).contains("Connection reset", "--cert");
  }

  private static String tls(Exception cause) {
    Finding finding =
        TlsDiagnosis.of(new SSLHandshakeException(cause.getMessage(), cause), "a", 443);
    return finding.text() + " " + finding.cause() + " " + finding.cure();
  }

  @Test
  void aNameOfWhichOneAddressAnswersIsAWarning() {
    assertThat(Diagnosis.connected("::1 port 1", List.of()).verdict()).isEqualTo(Verdict.OK);
    Finding half = Diagnosis.connected("::1 port 1", List.of("127.0.0.1 port 1: refused"));
    assertThat(half.verdict()).isEqualTo(Verdict.WARN);
    assertThat(half.text()).isEqualTo("::1 port 1, but not 127.0.0.1 port 1: refused");
  }

  @Test
  void headersThatHarmAStreamAreTold() {
    List<Finding> good =
        headers("content-type", "text/event-stream", "cache-control", "no-cache, no-transform");
    assertThat(good).singleElement().extracting(Finding::verdict).isEqualTo(Verdict.OK);

    List<Finding> bad =
        headers(
            "content-type", "text/event-stream", "content-encoding", "gzip", "content-length", "9");
    assertThat(bad).hasSize(3).extracting(Finding::verdict).containsOnly(Verdict.WARN);

    assertThat(headers("content-type", "text/html"))
        .singleElement()
        .extracting(Finding::verdict)
        .isEqualTo(Verdict.FAIL);
  }

  private static List<Finding> headers(String... namesAndValues) {
    var headers = new HashMap<String, List<String>>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
    }
    return Diagnosis.headers(new Exchange.Head(200, "http/1.1", headers), "");
  }

  @Test
  void aGapAfterACutIsWorseThanNothing() {
    assertThat(Diagnosis.resumed(true, false).verdict()).isEqualTo(Verdict.OK);
    assertThat(Diagnosis.resumed(true, true).exit()).isEqualTo(ExitCode.GAP);
    assertThat(Diagnosis.resumed(false, false).exit()).isEqualTo(ExitCode.GAP);
  }

  @Test
  void aStreamThatIsBusyNeedsNoHeartbeat() {
    Duration span = Duration.ofSeconds(17);

    assertThat(Diagnosis.heartbeat(span, span, true, false).verdict()).isEqualTo(Verdict.OK);
    assertThat(Diagnosis.heartbeat(span, span, false, false).verdict()).isEqualTo(Verdict.OK);
    assertThat(Diagnosis.heartbeat(span, span, false, true).verdict()).isEqualTo(Verdict.FAIL);
  }

  @Test
  void aFindingIsWrittenWithinEightyColumns() {
    List<String> lines =
        FindingPrinter.text(Diagnosis.noAnswer(Duration.ofSeconds(5), true), Paint.OFF);

    assertThat(lines)
        .containsExactly(
            "FAIL  frames     no answer in 5.0 s, until 32 KiB had been published",
            "      cause      a proxy, compressor or gateway buffers the response and",
            "                 forwards it in blocks",
            "      fix        nginx: proxy_buffering off, and do not ignore",
            "                 X-Accel-Buffering; do not compress text/event-stream; others:",
            "                 docs/guides/reverse-proxy.md");
    assertThat(FindingPrinter.text(Diagnosis.noAnswer(Duration.ofSeconds(5), true), Paint.ON))
        .first()
        .asString()
        .startsWith("\033[31mFAIL\033[0m  frames     no answer");
  }

  @Test
  void inJsonAFindingIsOneLine() {
    assertThat(FindingPrinter.json(Finding.ok("tcp", "a \"b\"")))
        .isEqualTo(
            "{\"v\":1,\"kind\":\"check\",\"step\":\"tcp\",\"verdict\":\"ok\",\"text\":\"a"
                + " \\\"b\\\"\",\"cause\":null,\"cure\":null}");
  }
}
