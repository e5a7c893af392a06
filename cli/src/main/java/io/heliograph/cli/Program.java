package io.heliograph.cli;

import io.heliograph.cli.context.ConfigCommand;
import io.heliograph.cli.context.ContextCommand;
import io.heliograph.cli.decode.DecodeCommand;
import io.heliograph.cli.demo.DemoCommand;
import io.heliograph.cli.doctor.DoctorCommand;
import io.heliograph.cli.format.Failure;
import io.heliograph.cli.help.CompletionCommand;
import io.heliograph.cli.help.HelpCommand;
import io.heliograph.cli.help.WholeWords;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.operate.KickCommand;
import io.heliograph.cli.operate.RevokeCommand;
import io.heliograph.cli.operate.StatsCommand;
import io.heliograph.cli.operate.UsersCommand;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.publish.PublishCommand;
import io.heliograph.cli.rehearse.RehearseCommand;
import io.heliograph.cli.report.ReportCommand;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.simulate.SimulateCommand;
import io.heliograph.cli.subscribe.HistoryCommand;
import io.heliograph.cli.subscribe.SubscribeCommand;
import io.heliograph.cli.tail.TailCommand;
import io.heliograph.cli.token.TokenCommand;
import io.heliograph.server.ServeCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/** All commands, joined to one program. */
final class Program {
  private final Shell shell;
  private final List<String> args;
  private final UnaryOperator<Verdict.Evidence> noticed;
  private final boolean complete;
  private final CommandLine commands;
  private final Defaults defaults;

  Program(Shell shell, List<String> args) {
    this(shell, args, UnaryOperator.identity());
  }

  /** For tests, which must not fail because the machine they simulate on is busy. */
  Program(Shell shell, List<String> args, UnaryOperator<Verdict.Evidence> noticed) {
    this(shell, args, noticed, false);
  }

  private Program(
      Shell shell, List<String> args, UnaryOperator<Verdict.Evidence> noticed, boolean complete) {
    this.shell = shell;
    this.noticed = noticed;
    this.args = args;
    this.complete = complete;
    defaults = new Defaults(shell);
    commands = new CommandLine(new SseCli(shell));
    addCommands();
    described(commands, null);
    // An @FILE on the command line is data or a secret, never more arguments.
    commands.setExpandAtFiles(false);
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF)); // For errors.
    commands.setOut(shell.out().asWriter());
    commands.setErr(shell.notices().asWriter());
    commands.setExecutionStrategy(this::execute);
    commands.setParameterExceptionHandler(new Mistakes(shell)::explain);
    commands.setExecutionExceptionHandler((e, command, parsed) -> admit(e));
  }

  /** Runs the program; the result is for {@link System#exit}. */
  int run() {
    int exit = executed();
    return shell.out().failure().map(failure -> lost(exit, failure)).orElse(exit);
  }

  private int executed() {
    try {
      return commands.execute(args.toArray(String[]::new));
    } catch (Error e) {
      // picocli hands on exceptions only.
      return admit(e);
    }
  }

  /** The output is incomplete, so this is never a success. */
  private int lost(int exit, String failure) {
    boolean json = Mistakes.wantsJson(commands, args);
    Failure.tell(shell, json, ExitCode.INTERNAL, 0, "stdout: " + failure, "");
    return exit == ExitCode.OK.code() ? ExitCode.INTERNAL.code() : exit;
  }

  /** Reads the command line and runs nothing. */
  ParseResult parse() {
    return commands.parseArgs(args.toArray(String[]::new));
  }

  /**
   * Commands that are not called are registered with their summary only, because reading all
   * options takes a while.
   */
  private void addCommands() {
    add(SubscribeCommand.class, () -> new CommandLine(new SubscribeCommand(shell)));
    add(HistoryCommand.class, () -> new CommandLine(new HistoryCommand(shell)));
    add(PublishCommand.class, () -> new CommandLine(new PublishCommand(shell)));
    add(TailCommand.class, () -> new CommandLine(new TailCommand(shell)));
    add(UsersCommand.class, () -> new CommandLine(new UsersCommand(shell)));
    add(KickCommand.class, () -> new CommandLine(new KickCommand(shell)));
    add(RevokeCommand.class, () -> new CommandLine(new RevokeCommand(shell)));
    add(StatsCommand.class, () -> new CommandLine(new StatsCommand(shell)));
    add(DecodeCommand.class, () -> new CommandLine(new DecodeCommand(shell)));
    add(DoctorCommand.class, () -> new CommandLine(new DoctorCommand(shell)));
    add(ServeCommand.class, () -> new CommandLine(new ServeCommand()));
    add(TokenCommand.class, () -> new CommandLine(new TokenCommand(shell)));
    add(DemoCommand.class, () -> new CommandLine(new DemoCommand(shell)));
    add(SimulateCommand.class, () -> new CommandLine(new SimulateCommand(shell, noticed)));
    add(
        ReportCommand.class,
        () -> joined(new ReportCommand(shell), ReportCommand.subcommands(shell), defaults));
    // Commands about the configuration do not obey it: they tell what is wrong with it.
    add(
        ContextCommand.class,
        () -> joined(new ContextCommand(shell), ContextCommand.subcommands(shell), null));
    add(
        ConfigCommand.class,
        () -> joined(new ConfigCommand(shell), ConfigCommand.subcommands(shell), null));
    add(
        CompletionCommand.class,
        () -> new CommandLine(new CompletionCommand(shell, this::complete)));
    add(HelpCommand.class, () -> new CommandLine(new HelpCommand(shell, this::complete)));
    RehearseCommand.Program again = (other, words) -> new Program(other, words).run();
    add(RehearseCommand.class, () -> new CommandLine(new RehearseCommand(again)));
  }

  private void add(Class<?> type, Supplier<CommandLine> command) {
    Command annotation = type.getAnnotation(Command.class);
    // picocli runs a command only where its name is among the arguments.
    boolean asked =
        complete
            || args.contains(annotation.name())
            || Stream.of(annotation.aliases()).anyMatch(args::contains);
    commands.addSubcommand(
        annotation.name(), asked ? described(command.get()) : summary(annotation));
  }

  /** For the list of commands. */
  private static CommandSpec summary(Command annotation) {
    CommandSpec spec = CommandSpec.create().aliases(annotation.aliases());
    spec.usageMessage()
        .hidden(annotation.hidden())
        .header(annotation.header())
        .description(annotation.description());
    return spec;
  }

  private static CommandLine joined(
      Object parent, List<Object> children, @Nullable Defaults defaults) {
    var line = new CommandLine(parent);
    children.forEach(child -> line.addSubcommand(described(new CommandLine(child), defaults)));
    return line;
  }

  /** The program with all options of all commands, to look at. */
  private CommandLine complete() {
    return new Program(shell, List.of(), noticed, true).commands;
  }

  private CommandLine described(CommandLine command) {
    return described(
        command,
        command.getCommand() instanceof Defaults.Overlay overlay
            ? new Defaults(shell, overlay)
            : defaults);
  }

  private static CommandLine described(CommandLine command, @Nullable Defaults defaults) {
    // Of this one only: picocli would hand it down.
    command.getCommandSpec().defaultValueProvider(defaults);
    UsageMessageSpec usage = command.getCommandSpec().usageMessage();
    // A blank line separates the description from a header, and there may be only one of them.
    boolean both = usage.header().length > 0 && usage.description().length > 0;
    usage
        .width(80)
        .sortOptions(false)
        .descriptionHeading(both ? "%n" : "")
        .parameterListHeading("%n")
        .commandListHeading("%nCommands:%n")
        .exitCodeListHeading("%nExit codes: sse-cli help exit-codes%n");
    command.setHelpFactory(WholeWords::new);
    CliCommand.convert(command);
    return command;
  }

  private int execute(ParseResult parsed) {
    commands.setColorScheme(
        Help.defaultColorScheme(shell.paintOut() == Paint.ON ? Help.Ansi.ON : Help.Ansi.OFF));
    if (!parsed.hasSubcommand()
        && !commands.isUsageHelpRequested()
        && !commands.isVersionHelpRequested()) {
      commands.usage(commands.getErr());
      return ExitCode.USAGE.code();
    }
    if (parsed.hasSubcommand() && !parsed.subcommand().isUsageHelpRequested()) {
      SdkLog.to(shell);
    }
    return new RunLast().execute(parsed);
  }

  private int admit(Throwable e) {
    String where = shell.verbose() ? "" : "This is a bug in sse-cli; -v prints the stack trace.";
    boolean json = Mistakes.wantsJson(commands, args);
    Failure.tell(shell, json, ExitCode.INTERNAL, 0, "internal error: " + e, where);
    if (shell.verbose()) {
      var trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      shell.notices().error(trace.toString());
    }
    return ExitCode.INTERNAL.code();
  }

  /** Loaded late, because help needs none; held, because the JDK forgets loggers nobody holds. */
  private static final class SdkLog extends Handler {
    static final Logger LOGGER = Logger.getLogger("io.heliograph.client");

    private final Notices notices;

    private SdkLog(Notices notices) {
      this.notices = notices;
    }

    /** The commands report what happens to a stream in their own words: only -v adds the log. */
    static void to(Shell shell) {
      LOGGER.setLevel(shell.verbose() ? null : Level.OFF);
      LOGGER.setUseParentHandlers(false);
      Stream.of(LOGGER.getHandlers()).forEach(LOGGER::removeHandler);
      LOGGER.addHandler(new SdkLog(shell.notices()));
    }

    /** Escaped: a message may quote the server. */
    @Override
    public void publish(LogRecord record) {
      String message = new SimpleFormatter().formatMessage(record);
      Throwable thrown = record.getThrown();
      notices.say(
          "log         " + Printable.of(thrown == null ? message : message + ": " + thrown));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
