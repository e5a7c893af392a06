package io.heliograph.cli.doctor;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the command line of {@code doctor}; {@link DoctorTask} does the work. */
@Command(
    name = "doctor",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Find out why a stream does not work.",
    description = {
      "Goes its way step by step: name, connection, TLS, answer, first byte, events one by one,"
          + " a cut and what comes after it, heartbeat. A failure comes with its usual cause and"
          + " cure. Publishes a few events of type doctor.check to the user."
    },
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
public final class DoctorCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "USER",
      arity = "0..1",
      description = "Whose stream; without, that of a user nobody else has.")
  private @Nullable String user;

  @Option(
      names = "--url",
      paramLabel = "URL",
      converter = ServerOption.HttpUri.class,
      description = "Look at this stream, of any server; nothing is published.")
  private @Nullable URI url;

  @Option(names = "--quick", description = "Do not wait for a heartbeat.")
  private boolean quick;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "How to write what was found: ${COMPLETION-CANDIDATES} (one object a line).")
  private OutputFormat output = OutputFormat.text;

  @Mixin private final AccessOptions access = new AccessOptions();

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public DoctorCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (user != null && url != null) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Either USER or --url");
    }
    String whose = user == null ? "doctor-" + UUID.randomUUID().toString().substring(0, 8) : user;
    URI stream = url == null ? server.stream(whose) : url;
    var report = new FindingPrinter(shell, output);
    var patient =
        new DoctorTask.Patient(
            stream, server.uri(), url == null ? whose : null, access.open(shell, stream));
    try {
      new DoctorTask(patient, quick, report).run();
      report.summarize();
    } catch (FindingPrinter.ReaderLeftException e) {
      // Who reads no more knows enough; what was found so far still counts.
    }
    return report.exit().code();
  }
}
