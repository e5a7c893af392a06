package io.heliograph.cli.decode;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Shows all that is read to a {@link Linter}, too. */
final class LintedInput extends FilterInputStream {
  private final Linter linter;
  private boolean over;

  LintedInput(InputStream in, Linter linter) {
    super(in);
    this.linter = linter;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = super.read(bytes, offset, length);
    if (count > 0) {
      linter.read(bytes, offset, count);
    } else if (count < 0 && !over) {
      over = true;
      linter.end();
    }
    return count;
  }
}
