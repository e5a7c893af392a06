package io.heliograph.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Servers as processes of their own, so that {@code kill -9} is a real one. */
public final class JavaProgram {

  private static final Pattern LISTENING = Pattern.compile("listening on (https?://\\S+)");

  private JavaProgram() {}

  /** The command line of a class of this test's class path, for any directory. */
  public static List<String> command(Class<?> program, List<String> arguments) {
    String path =
        Stream.of(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1", // It lives for a minute.
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                path,
                program.getName()));
    command.addAll(arguments);
    return command;
  }

  /** Waits until a server listens, and returns where; fails if it ends before. */
  public static URI awaitListening(Process process) throws IOException {
    var said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    var all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      all.append(line).append('\n');
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        Thread.startVirtualThread(() -> readPast(said));
        return URI.create(listening.group(1));
      }
    }
    throw new AssertionError("the server did not start:\n" + all);
  }

  /** A full pipe would stop the server. */
  private static void readPast(BufferedReader said) {
    try {
      while (said.readLine() != null) {}
    } catch (IOException e) {
      // It was killed, which closes the pipe. Uncaught, it would fail whatever test waits just
      // then.
    }
  }
}
