package io.heliograph.cli;

import io.heliograph.cli.decode.DecodeCommand;
import io.heliograph.cli.demo.DemoCommand;
import io.heliograph.cli.doctor.DoctorCommand;
import io.heliograph.cli.publish.PublishCommand;
import io.heliograph.cli.rehearse.RehearseCommand;
import io.heliograph.cli.report.ReportCommand;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.simulate.SimulateCommand;
import io.heliograph.cli.subscribe.SubscribeCommand;
import io.heliograph.cli.tail.TailCommand;
import io.heliograph.cli.token.TokenCommand;
import io.heliograph.server.ServeCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** All commands, joined to one program. */
final class Program {
  private static final int WIDTH = 80;
  private static final String SERVE = "serve";

  private final Shell shell;
  private final List<String> args;
  private final CommandLine commands;

  Program(Shell shell, List<String> args) {
    this.shell = shell;
    this.args = args;
    commands = new CommandLine(new SseCli(shell));
    addCommands(args.isEmpty() ? "" : args.getFirst());
    for (CommandLine command : commands.getSubcommands().values()) {
      describe(command);
    }
    describe(commands);
    // An @FILE on the command line is data or a secret, never more arguments.
    commands.setExpandAtFiles(false);
    commands.setCaseInsensitiveEnumValuesAllowed(true);
    commands.setOut(shell.out().asWriter());
    commands.setErr(shell.notices().asWriter());
    commands.setExecutionStrategy(this::execute);
    commands.setParameterExceptionHandler(this::explain);
    commands.setExecutionExceptionHandler(this::admit);
  }

  /** Runs the program; the result is for {@link System#exit}. */
  int run() {
    return commands.execute(args.toArray(String[]::new));
  }

  /** Only the one that is asked for, if that is clear: to read all of them takes a while. */
  private void addCommands(String first) {
    switch (first) {
      case "subscribe", "sub" -> commands.addSubcommand(new SubscribeCommand(shell));
      case "publish", "pub" -> commands.addSubcommand(new PublishCommand(shell));
      case "tail" -> commands.addSubcommand(new TailCommand(shell));
      case "decode" -> commands.addSubcommand(new DecodeCommand(shell));
      case "doctor" -> commands.addSubcommand(new DoctorCommand(shell));
      case "token" -> commands.addSubcommand(new TokenCommand(shell));
      case SERVE -> commands.addSubcommand(SERVE, new ServeCommand());
      case "demo" -> commands.addSubcommand(new DemoCommand(shell));
      case "simulate", "sim" ->
          addWithSubcommands(new SimulateCommand(shell), SimulateCommand.subcommands(shell));
      case "report" -> addReport();
      case "--version", "-V" -> {}
      case "rehearse" ->
          commands.addSubcommand(
              new RehearseCommand((other, words) -> new Program(other, words).run()));
      default -> {
        commands.addSubcommand(new SubscribeCommand(shell));
        commands.addSubcommand(new PublishCommand(shell));
        commands.addSubcommand(new TailCommand(shell));
        commands.addSubcommand(new DecodeCommand(shell));
        commands.addSubcommand(new DoctorCommand(shell));
        commands.addSubcommand(SERVE, new ServeCommand());
        commands.addSubcommand(new TokenCommand(shell));
        commands.addSubcommand(new DemoCommand(shell));
        addWithSubcommands(new SimulateCommand(shell), SimulateCommand.subcommands(shell));
        addReport();
      }
    }
  }

  private void addReport() {
    addWithSubcommands(new ReportCommand(shell), ReportCommand.subcommands(shell));
  }

  private void addWithSubcommands(Object parent, List<Object> children) {
    var line = new CommandLine(parent);
    children.forEach(line::addSubcommand);
    line.getSubcommands().values().forEach(Program::describe);
    commands.addSubcommand(line);
  }

  private static void describe(CommandLine command) {
    command
        .getCommandSpec()
        .usageMessage()
        .width(WIDTH)
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCode.table());
  }

  private int execute(ParseResult parsed) {
    // Only now --color is known.
    commands.setColorScheme(
        Help.defaultColorScheme(shell.paintOut() == Paint.ON ? Help.Ansi.ON : Help.Ansi.OFF));
    if (!parsed.hasSubcommand()
        && !commands.isUsageHelpRequested()
        && !commands.isVersionHelpRequested()) {
      commands.usage(commands.getErr());
      return ExitCode.USAGE.code();
    }
    if (parsed.hasSubcommand() && !parsed.subcommand().isUsageHelpRequested() && !shell.verbose()) {
      // The commands say what happens to a stream, in their own words; the SDK's log says it again.
      SdkLog.LOGGER.setLevel(Level.OFF);
    }
    return new RunLast().execute(parsed);
  }

  /** Short: the full help would push the message off the screen. */
  private int explain(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    PrintWriter err = command.getErr();
    if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      explainUnknown(unmatched.getUnmatched().getFirst(), command.getCommandSpec(), err);
    } else {
      err.println(name + ": " + e.getMessage());
    }
    err.print("Usage: " + command.getHelp().synopsis(0));
    err.println("Try '" + name + " --help'.");
    err.flush();
    return ExitCode.USAGE.code();
  }

  private static void explainUnknown(String word, CommandSpec command, PrintWriter err) {
    List<String> known;
    String what;
    if (word.startsWith("-")) {
      what = "there is no option '" + word + "'";
      known = command.options().stream().map(OptionSpec::longestName).toList();
    } else if (command.subcommands().isEmpty()) {
      what = "one argument too many: '" + word + "'";
      known = List.of();
    } else {
      what = "there is no command '" + word + "'";
      known = List.copyOf(command.subcommands().keySet());
    }
    err.println(command.qualifiedName() + ": " + what);
    Typo.meant(word, known).ifPresent(meant -> err.println("Did you mean '" + meant + "'?"));
  }

  private int admit(Exception e, CommandLine command, ParseResult parsed) {
    shell.notices().error("sse-cli: internal error: " + e);
    if (shell.verbose()) {
      var trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      shell.notices().error(trace.toString());
    } else {
      shell.notices().error("This is a bug of sse-cli. With -v it shows where.");
    }
    return ExitCode.INTERNAL.code();
  }

  /** Loaded late, for help needs none; held, for the JDK forgets the level of what nobody holds. */
  private static final class SdkLog {
    static final Logger LOGGER = Logger.getLogger("io.heliograph.client");
  }
}
