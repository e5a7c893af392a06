package io.heliograph.server.helidon;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.BooleanSupplier;

/**
 * A body that ends only where its sender ended it. When an HTTP/2 connection is gone, whoever waits
 * for the rest of a body is interrupted, and Helidon 4.5 takes that for its end: half an event
 * would be published.
 *
 * <p>Can go when Helidon throws there.
 */
public final class WholeBody extends FilterInputStream {

  private final BooleanSupplier underWay;

  public WholeBody(InputStream in, BooleanSupplier underWay) {
    super(in);
    this.underWay = underWay;
  }

  @Override
  public int read() throws IOException {
    return whole(super.read());
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return whole(super.read(bytes, offset, length));
  }

  private int whole(int read) throws IOException {
    if (read < 0 && !underWay.getAsBoolean()) {
      throw new EOFException("The connection ended in the middle of the body.");
    }
    return read;
  }
}
