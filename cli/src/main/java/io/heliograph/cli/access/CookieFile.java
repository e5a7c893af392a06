package io.heliograph.cli.access;

import io.heliograph.cli.option.InputFile;
import io.heliograph.cli.shell.Notices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;

/**
 * Cookies in a file of the format that curl reads and writes (Netscape): a line each, with domain,
 * subdomains, path, secure, expiry, name and value between tabs. Thread-safe.
 */
public final class CookieFile implements CookieJar {
  private static final String HTTP_ONLY = "#HttpOnly_";
  private static final int FIELDS = 7;
  private static final int MAX_BYTES = 1 << 20;

  private final Path file;
  private final Notices notices;
  // Guarded by this.
  private final List<Cookie> cookies;

  private CookieFile(Path file, Notices notices, List<Cookie> cookies) {
    this.file = file;
    this.notices = notices;
    this.cookies = cookies;
  }

  /** Reads the cookies that are there; a file that does not exist has none. */
  public static CookieFile open(Path file, Notices notices) throws IOException {
    var cookies = new ArrayList<Cookie>();
    if (Files.exists(file)) {
      int number = 0;
      for (String line : InputFile.text(file.toString(), MAX_BYTES).lines().toList()) {
        number++;
        if (!line.isBlank() && (!line.startsWith("#") || line.startsWith(HTTP_ONLY))) {
          cookies.add(cookie(line, file + ", line " + number));
        }
      }
    }
    return new CookieFile(file, notices, cookies);
  }

  private static Cookie cookie(String line, String where) throws IOException {
    boolean httpOnly = line.startsWith(HTTP_ONLY);
    String[] fields = (httpOnly ? line.substring(HTTP_ONLY.length()) : line).split("\t", -1);
    if (fields.length != FIELDS) {
      // Not the line itself, which may hold a secret.
      throw new IOException(where + ": not a cookie; required: 7 fields separated by tabs");
    }
    try {
      String domain = fields[0].replaceFirst("^\\.", "");
      var cookie = new Cookie.Builder().path(fields[2]).name(fields[5]).value(fields[6]);
      if (fields[1].equals("TRUE")) {
        cookie.domain(domain);
      } else {
        cookie.hostOnlyDomain(domain);
      }
      if (!fields[4].equals("0")) {
        cookie.expiresAt(Math.min(Long.parseLong(fields[4]), Long.MAX_VALUE / 1000) * 1000);
      }
      if (fields[3].equals("TRUE")) {
        cookie.secure();
      }
      return (httpOnly ? cookie.httpOnly() : cookie).build();
    } catch (IllegalArgumentException e) {
      throw new IOException(where + ": not a cookie", e);
    }
  }

  @Override
  public synchronized List<Cookie> loadForRequest(HttpUrl url) {
    long now = System.currentTimeMillis();
    return cookies.stream()
        .filter(cookie -> cookie.expiresAt() > now && cookie.matches(url))
        .toList();
  }

  @Override
  public synchronized void saveFromResponse(HttpUrl url, List<Cookie> received) {
    for (Cookie cookie : received) {
      cookies.removeIf(
          old ->
              old.name().equals(cookie.name())
                  && old.domain().equals(cookie.domain())
                  && old.path().equals(cookie.path()));
      if (cookie.expiresAt() > System.currentTimeMillis()) {
        cookies.add(cookie);
      }
    }
    try {
      write();
    } catch (IOException e) {
      notices.error("sse-cli: cannot write the cookies to " + file + ": " + e.getMessage());
    }
  }

  /** Whole or not at all; a temporary file is for its owner only, and stays so. */
  private void write() throws IOException {
    var text = new StringBuilder("# Netscape HTTP Cookie File\n");
    for (Cookie cookie : cookies) {
      text.append(cookie.httpOnly() ? HTTP_ONLY : "")
          .append(cookie.hostOnly() ? "" : ".")
          .append(
              String.join(
                  "\t",
                  cookie.domain(),
                  cookie.hostOnly() ? "FALSE" : "TRUE",
                  cookie.path(),
                  cookie.secure() ? "TRUE" : "FALSE",
                  cookie.persistent() ? Long.toString(cookie.expiresAt() / 1000) : "0",
                  cookie.name(),
                  cookie.value()))
          .append('\n');
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      Files.writeString(file, text); // A device, such as /dev/null, stays one.
      return;
    }
    Path target = file.toAbsolutePath();
    Path written = Files.createTempFile(target.getParent(), ".cookies", "");
    try {
      Files.writeString(written, text);
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(written);
    }
  }
}
