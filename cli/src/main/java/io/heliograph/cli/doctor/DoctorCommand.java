package io.heliograph.cli.doctor;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "doctor",
    header = "Diagnose why a stream does not work.",
    description =
        "Checks each step: DNS, TCP, TLS, status, headers, first byte, single events, resuming"
            + " after a cut, heartbeat. Prints the usual cause of each failure and how to fix it."
            + " Publishes up to 20 events of type doctor.check to the user.",
    customSynopsis = {
      "sse-cli doctor [OPTIONS] [USER]",
      "       sse-cli doctor [OPTIONS] --url URL"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli doctor",
      "  sse-cli doctor alice --server https://push.example.com --token @alice.token",
      "  sse-cli doctor --url https://example.org/events"
    })
public final class DoctorCommand extends CliCommand {
  @Mixin private final ServerOption server = new ServerOption();

  @Parameters(
      paramLabel = "USER",
      arity = "0..1",
      description = "The user whose stream to check (default: a new user).")
  private @Nullable String user;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Check the stream at this URL, on any server; publish nothing.")
  private @Nullable URI url;

  @Option(names = "--quick", description = "Do not wait for a heartbeat.")
  private boolean quick;

  @Mixin private final OutputOption output = new OutputOption();

  @Mixin private final AccessOptions access = new AccessOptions();

  public DoctorCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (user != null && url != null) {
      throw usage("USER cannot be combined with --url");
    }
    String whose = user == null ? "doctor-" + UUID.randomUUID().toString().substring(0, 8) : user;
    URI stream = url == null ? server.stream(whose) : url;
    var report = new FindingPrinter(shell, output.json());
    var patient =
        new DoctorTask.Patient(
            stream, server.uri(), url == null ? whose : null, access.open(shell, stream));
    try {
      new DoctorTask(patient, quick, report).run();
      report.summarize();
    } catch (UncheckedIOException e) {
      // The output was closed, for example by head: the findings so far decide the exit code.
    }
    return report.exit().code();
  }
}
