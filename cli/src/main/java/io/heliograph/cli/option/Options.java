package io.heliograph.cli.option;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that several commands mix in, and that check what picocli cannot. */
public abstract class Options {
  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  /** The command that these options belong to. */
  protected final CommandSpec command() {
    return Objects.requireNonNull(spec);
  }

  /** A mistake in the command line. */
  protected final ParameterException usage(String message) {
    return new ParameterException(command().commandLine(), message);
  }
}
