package io.heliograph.cli.option;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Users that stand in a file, one a line; empty lines are none, and who stands twice is one. */
public record UsersFile(List<String> users) {
  private static final int MAX_USERS = 100_000;
  private static final int MAX_BYTES = 256;

  /** For picocli. */
  public static final class Converter implements ITypeConverter<UsersFile> {
    @Override
    public UsersFile convert(String file) {
      try {
        return read(Path.of(file));
      } catch (NoSuchFileException | InvalidPathException e) {
        throw new TypeConversionException("there is no file " + file);
      } catch (CharacterCodingException e) {
        throw new TypeConversionException(file + " is not in UTF-8");
      } catch (IOException e) {
        throw new TypeConversionException(file + ": " + e.getMessage());
      }
    }
  }

  static UsersFile read(Path file) throws IOException {
    SequencedSet<String> users = new LinkedHashSet<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String user = (number == 1 ? ByteOrderMark.removed(line) : line).strip();
        if (!user.isEmpty()) {
          requireUser(user, number);
          users.add(user);
        }
        if (users.size() > MAX_USERS) {
          throw new IOException("more than " + MAX_USERS + " users");
        }
      }
    }
    return new UsersFile(new ArrayList<>(users));
  }

  /** As the server has it, which could not name the line. */
  private static void requireUser(String user, int line) throws IOException {
    boolean fits =
        user.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES
            && user.chars().noneMatch(c -> c == '/' || Character.isISOControl(c))
            && !user.equals(".")
            && !user.equals("..");
    if (!fits) {
      throw new IOException(
          "line "
              + line
              + " names no user: allowed are 1 to 256 bytes without '/' and control characters,"
              + " and neither '.' nor '..'");
    }
  }
}
