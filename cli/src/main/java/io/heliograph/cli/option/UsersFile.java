package io.heliograph.cli.option;

import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The users in a file, one a line; empty lines are skipped, and each user counts once. */
public record UsersFile(List<String> users) {
  private static final int MAX_USERS = 100_000;
  private static final int MAX_BYTES = 256;

  public static final class Converter implements ITypeConverter<UsersFile> {
    @Override
    public UsersFile convert(String file) {
      try {
        return read(file);
      } catch (IOException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  static UsersFile read(String file) throws IOException {
    var users = new LinkedHashSet<String>();
    int number = 0;
    for (String line : InputFile.text(file, MAX_USERS * MAX_BYTES).lines().toList()) {
      number++;
      String user = line.strip();
      if (!user.isEmpty()) {
        try {
          StreamSpec.user(user);
        } catch (IllegalArgumentException e) {
          throw new IOException(file + ": line " + number + ": " + e.getMessage(), e);
        }
        users.add(user);
      }
    }
    if (users.size() > MAX_USERS) {
      throw new IOException(file + ": more than " + MAX_USERS + " users");
    }
    return new UsersFile(List.copyOf(users));
  }
}
