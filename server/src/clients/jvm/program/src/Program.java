import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * What all programs of the JVM share: commands on standard input, reports on standard output, as in
 * node/program.mjs.
 */
public final class Program {

  private static volatile String token = "";

  private Program() {}

  /** Opens a stream with one of the clients. */
  public interface Client {
    /** Returns what closes the stream. */
    AutoCloseable open(URI uri, Reports reports) throws Exception;
  }

  /** The value of {@code Authorization} at this moment; empty if there is no token. */
  public static String authorization() {
    return token.isEmpty() ? "" : "Bearer " + token;
  }

  /** What a stream says, under its name. */
  public record Reports(String name) {
    public void event(String id, String type, String data) {
      say("event", id == null ? "" : id, type == null || type.isEmpty() ? "message" : type,
          URLEncoder.encode(data == null ? "" : data, StandardCharsets.UTF_8));
    }

    public void ended(String reason) {
      say("ended", reason.replaceAll("\\s+", " "));
    }

    private void say(String... fields) {
      System.out.println(name + "\t" + String.join("\t", fields));
    }
  }

  public static void run(Client client) throws Exception {
    Map<String, AutoCloseable> streams = new HashMap<>();
    System.out.println("ready");
    try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      String line;
      while ((line = in.readLine()) != null) {
        String[] fields = line.split("\t");
        switch (fields[0]) {
          case "token" -> token = fields.length > 1 ? fields[1] : "";
          case "open" ->
              streams.put(
                  fields[1], client.open(URI.create(fields[2]), new Reports(fields[1])));
          case "close" -> {
            AutoCloseable stream = streams.remove(fields[1]);
            // Some close only after the answer that they wait for.
            new Thread(() -> close(stream)).start();
          }
          default -> throw new IllegalArgumentException(line);
        }
      }
    }
    System.exit(0);
  }

  private static void close(AutoCloseable stream) {
    try {
      stream.close();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }
}
