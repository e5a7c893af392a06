package io.heliograph.cli.shell;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that a command may do to the world around the process; a test gives another one. */
public final class Shell {
  private final Terminals terminals;
  private final Map<String, String> env;
  private final Stdout out;
  private final Notices notices;
  private final Symbols symbols;
  private volatile ColorMode color = ColorMode.AUTO;
  private volatile boolean verbose;
  private volatile @Nullable String context;
  private volatile String using = "";

  public Shell(Terminals terminals, Map<String, String> env, OutputStream out, OutputStream err) {
    this.terminals = terminals;
    this.env = env;
    this.out = new Stdout(out);
    this.symbols = Symbols.of(System.getProperty(Symbols.PROPERTY), env);
    this.notices = new Notices(err, symbols);
  }

  public static Shell ofProcess() {
    return new Shell(
        Terminals.detect(),
        System.getenv(),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }

  /** A variable of the environment; null where it is not set. */
  public @Nullable String variable(String name) {
    return env.get(name);
  }

  /** How the program's own symbols are written. */
  public Symbols symbols() {
    return symbols;
  }

  public Terminals terminals() {
    return terminals;
  }

  public Stdout out() {
    return out;
  }

  public Notices notices() {
    return notices;
  }

  public void color(ColorMode mode) {
    color = mode;
  }

  /** The context that the command line names: null for none, empty for "use none". */
  public @Nullable String context() {
    return context;
  }

  public void context(String name) {
    context = name;
  }

  /** What of the configuration is in use, to stand beside an error; empty for nothing. */
  public String using() {
    return using;
  }

  public void using(String what) {
    using = what;
  }

  public void verbose(boolean on) {
    verbose = on;
  }

  public boolean verbose() {
    return verbose;
  }

  /** How the program was called, for lines that are to be pasted into the shell. */
  public static String program() {
    return System.getProperty("heliograph.program", "sse-cli");
  }

  public Paint paintOut() {
    return color.colors(env, terminals.out()) ? Paint.ON : Paint.OFF;
  }

  public Paint paintErr() {
    return color.colors(env, terminals.err()) ? Paint.ON : Paint.OFF;
  }
}
