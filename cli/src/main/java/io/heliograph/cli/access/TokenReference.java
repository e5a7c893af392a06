package io.heliograph.cli.access;

import io.heliograph.cli.option.InputFile;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.TokenProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A token that is said by where it is: {@code @FILE}, {@code env:NAME}, {@code cmd:COMMAND}, {@code
 * -} for stdin; anything else is the token itself. Thread-safe. Neither it nor what it throws says
 * the token.
 *
 * <p>A file is read again for each attempt, because what renews tokens replaces files. A command
 * runs again when the server refuses its last token.
 */
public final class TokenReference implements TokenProvider {
  /** Longer than any such command needs. */
  private static final long COMMAND_SECONDS = 30;

  private static final int MAX_LINE = 64 << 10; // No server takes a header so long.

  /** Asks where the token is. */
  @FunctionalInterface
  private interface Source {
    String read() throws IOException;
  }

  private final Source source;
  private final boolean rereads;
  private final boolean literal;
  // Guarded by this.
  private String last;

  private TokenReference(Source source, boolean rereads, boolean literal) throws IOException {
    this.source = source;
    this.rereads = rereads;
    this.literal = literal;
    this.last = checked(source.read());
  }

  /** Reads the token for the first time; if there is none, fails with a message for the user. */
  public static TokenReference open(String reference, Shell shell) throws IOException {
    if (reference.equals("-")) {
      String line = firstLine(shell.in());
      return new TokenReference(() -> line, false, false);
    } else if (reference.startsWith("@")) {
      return new TokenReference(
          () -> InputFile.text(reference.substring(1), MAX_LINE).strip(), true, false);
    } else if (reference.startsWith("env:")) {
      String name = reference.substring(4);
      return new TokenReference(() -> ofVariable(name, shell), false, false);
    } else if (reference.startsWith("cmd:")) {
      return new TokenReference(() -> ofCommand(reference.substring(4)), false, false);
    }
    return new TokenReference(() -> reference, false, true);
  }

  boolean isLiteral() {
    return literal;
  }

  @Override
  public synchronized String token(boolean renew) throws IOException {
    if (renew || rereads) {
      last = checked(source.read());
    }
    return last;
  }

  private static String ofVariable(String name, Shell shell) throws IOException {
    String value = shell.variable(name);
    if (value == null) {
      throw new IOException("the variable " + name + " is not set");
    }
    return value.strip();
  }

  /** By a shell, so that pipes and variables work; what it says on stderr is seen. */
  private static String ofCommand(String command) throws IOException {
    Process process =
        new ProcessBuilder("sh", "-c", command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      process.getOutputStream().close();
      // The pipe holds any token; a command that writes more than the pipe holds never ends.
      int exit = process.onExit().get(COMMAND_SECONDS, TimeUnit.SECONDS).exitValue();
      if (exit != 0) {
        throw new IOException("the command ended with " + exit);
      }
      return firstLine(process.getInputStream());
    } catch (TimeoutException e) {
      throw new IOException("the command did not end within " + COMMAND_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw new IOException("the command could not be waited for", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the command ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Does not wait for the end of the input, which may come late. */
  static String firstLine(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
      if (line.size() == MAX_LINE) {
        throw new IOException("the first line is longer than 64 KiB, as no token is");
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  /** A line break in it would forge headers; OkHttp would refuse it and print it. */
  private static String checked(String token) throws IOException {
    if (token.isEmpty()) {
      throw new IOException("the token is empty");
    } else if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IOException("the token holds blanks or other characters that no token has");
    }
    return token;
  }
}
