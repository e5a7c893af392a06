package io.heliograph.cli.shell;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All that a command may do to the world around the process; a test gives another one. */
public final class Shell {
  private final Host host;
  private final Terminals terminals;
  private final Map<String, String> env;
  private final Stdout out;
  private final Notices notices;
  private final Symbols symbols;
  private volatile boolean verbose;
  private volatile @Nullable String context;
  private volatile String using = "";
  private volatile String tokenFrom = "";

  public Shell(
      Host host, Terminals terminals, Map<String, String> env, OutputStream out, OutputStream err) {
    this.host = host;
    this.terminals = terminals;
    this.env = env;
    this.out = new Stdout(out);
    this.symbols = Symbols.of(System.getProperty(Symbols.PROPERTY), env);
    this.notices = new Notices(err, symbols);
  }

  public static Shell ofProcess() {
    return new Shell(
        Host.PROCESS,
        Terminals.detect(),
        System.getenv(),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err));
  }

  /** A variable of the environment; null where it is not set. */
  public @Nullable String variable(String name) {
    return env.get(name);
  }

  /** What is piped or typed into the program. */
  public InputStream in() {
    return host.in();
  }

  /**
   * Calls back once, with the code to exit with, when the first Ctrl-C or SIGTERM comes. If the
   * program is still there 2 s later, or another signal comes, it ends where it stands.
   */
  public void onFirstSignal(Consumer<ExitCode> end) {
    onFirstSignal(Signals.HALT_AFTER, end);
  }

  /** The same for a command that needs longer to end well. */
  public void onFirstSignal(Duration haltAfter, Consumer<ExitCode> end) {
    host.onFirstSignal(notices, haltAfter, end);
  }

  /** Calls back once if the reader of stdout leaves. */
  public void onReaderLeft(Runnable gone) {
    host.onReaderLeft(terminals, gone);
  }

  /** How the program's own symbols are written. */
  public Symbols symbols() {
    return symbols;
  }

  public Terminals terminals() {
    return terminals;
  }

  /** How many columns stdout has; 0 where it is no terminal, which cuts nothing. */
  public int columns() {
    return terminals.out() ? Terminals.columns(env) : 0;
  }

  public Stdout out() {
    return out;
  }

  public Notices notices() {
    return notices;
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

  /** Where the token is from, to stand beside a refusal; empty for none. */
  public String tokenFrom() {
    return tokenFrom;
  }

  public void tokenFrom(String where) {
    tokenFrom = where;
  }

  public void verbose(boolean on) {
    verbose = on;
  }

  public boolean verbose() {
    return verbose;
  }

  /** How the program was called, as a word of a line that is to be pasted into the shell. */
  public static String program() {
    return ShellWords.quoted(System.getProperty("heliograph.program", "sse-cli"));
  }

  public Paint paintOut() {
    return Paint.of(env, terminals.out());
  }

  public Paint paintErr() {
    return Paint.of(env, terminals.err());
  }
}
