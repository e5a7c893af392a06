package io.heliograph.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the walls of the command line. In the load test: meter ← result ← plan ← {users, publish,
 * observe} ← run ← {simulate; report → result only}.
 */
@AnalyzeClasses(
    packages = "io.heliograph.cli",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String LOAD = "io.heliograph.cli.load.";

  private static final List<String> COMMANDS =
      List.of(
          "context",
          "decode",
          "demo",
          "doctor",
          "help",
          "operate",
          "publish",
          "rehearse",
          "report",
          "simulate",
          "subscribe",
          "tail",
          "token");

  private static final List<String> SHARED =
      List.of("json", "shell", "results", "option", "settings", "format", "access", "follow");

  @ArchTest static final ArchRule theMeterUsesNoOtherPackage = mayUse("meter");

  @ArchTest static final ArchRule theResultUsesTheMeter = mayUse("result", "meter");

  @ArchTest static final ArchRule thePlanUsesTheResult = mayUse("plan", "meter", "result");

  @ArchTest
  static final ArchRule theUsersKnowNeitherPublishingNorObserving =
      mayUse("users", "meter", "result", "plan");

  @ArchTest
  static final ArchRule publishingKnowsNeitherUsersNorObserving =
      mayUse("publish", "meter", "result", "plan");

  @ArchTest
  static final ArchRule observingKnowsNeitherUsersNorPublishing =
      mayUse("observe", "meter", "result", "plan");

  /** What a package of the load test may use of the others. */
  private static ArchRule mayUse(String one, String... others) {
    String[] rest =
        Stream.of("meter", "result", "plan", "users", "publish", "observe", "run")
            .filter(other -> !other.equals(one) && !Stream.of(others).anyMatch(other::equals))
            .map(other -> LOAD + other + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(LOAD + one + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(rest);
  }

  @ArchTest
  static final ArchRule theLoadTestIsALibrary =
      noClasses()
          .that()
          .resideInAPackage(LOAD + ".")
          .should()
          .dependOnClassesThat(
              JavaClass.Predicates.resideInAPackage("io.heliograph.cli..")
                  .and(
                      JavaClass.Predicates.resideOutsideOfPackages(
                          LOAD + ".", "io.heliograph.cli.json", "io.heliograph.cli.option"))
                  .or(JavaClass.Predicates.resideInAPackage("picocli..")));

  @ArchTest
  static final ArchRule theReportKnowsOnlyTheResultOfALoadTest =
      noClasses()
          .that()
          .resideInAnyPackage("io.heliograph.cli.report..", "io.heliograph.cli.results..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              LOAD + "plan..",
              LOAD + "users..",
              LOAD + "publish..",
              LOAD + "observe..",
              LOAD + "run..");

  @ArchTest
  static final ArchRule theSimulationKnowsNoOtherCommand =
      noClasses()
          .that()
          .resideInAPackage("io.heliograph.cli.simulate..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              Stream.of(
                      "context",
                      "decode",
                      "demo",
                      "doctor",
                      "follow",
                      "help",
                      "operate",
                      "publish",
                      "rehearse",
                      "report",
                      "subscribe",
                      "tail",
                      "token")
                  .map(command -> "io.heliograph.cli." + command + "..")
                  .toArray(String[]::new));

  /** The program joins them; rehearse runs it, and help shows it. */
  @ArchTest
  static void commandsDoNotKnowEachOther(JavaClasses classes) {
    for (String one : COMMANDS) {
      String[] others =
          Stream.concat(
                  Stream.of("io.heliograph.cli"),
                  COMMANDS.stream()
                      .filter(other -> !other.equals(one))
                      .map(other -> "io.heliograph.cli." + other + ".."))
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage("io.heliograph.cli." + one + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(classes);
    }
  }

  /** What commands share, from the bottom: each may use those before it. */
  @ArchTest
  static void whatCommandsShareUsesOnlyWhatIsBelow(JavaClasses classes) {
    for (int i = 0; i < SHARED.size(); i++) {
      String[] above =
          Stream.concat(SHARED.stream().skip(i + 1), COMMANDS.stream())
              .map(name -> "io.heliograph.cli." + name + "..")
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage("io.heliograph.cli." + SHARED.get(i) + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(above)
          .check(classes);
    }
  }

  @ArchTest
  static final ArchRule commandsLeaveHttpToTheSdkAndToAccess =
      noClasses()
          .that()
          .resideOutsideOfPackages(
              "io.heliograph.cli.access..",
              "io.heliograph.cli.option..", // For HttpUrl.
              "io.heliograph.cli.simulate..",
              LOAD + ".")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("okhttp3..", "okio..");

  @ArchTest
  static final ArchRule onlyOnePackageReadsAndWritesJson =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.heliograph.cli.json..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("com.fasterxml.jackson..");

  @ArchTest
  static final ArchRule theShellKnowsNeitherPicocliNorTheSdk =
      noClasses()
          .that()
          .resideInAPackage("io.heliograph.cli.shell..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("picocli..", "io.heliograph.client..");

  @ArchTest
  static final ArchRule noPackageUsesOneThatUsesIt =
      slices().matching("io.heliograph.cli.(**)").should().beFreeOfCycles();

  @Test
  void noClassIsLargerThanThreeHundredAndFiftyLines() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
        assertThat(Files.readAllLines(file)).as(file.toString()).hasSizeLessThanOrEqualTo(350);
      }
    }
  }

  @Test
  void allClassesTogetherHaveNineteenThousandLinesAtMost() throws IOException {
    long lines = 0;
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(name -> name.toString().endsWith(".java")).toList()) {
        lines += Files.readAllLines(file).size();
      }
    }

    assertThat(lines).isLessThanOrEqualTo(19_000);
  }

  @ArchTest
  static final ArchRule noPackageOfTheLoadTestUsesOneThatUsesIt =
      slices().matching("io.heliograph.cli.load.(*)..").should().beFreeOfCycles();

  @ArchTest
  static void aPackageHasTwentyClassesAtMost(JavaClasses classes) {
    Map<String, Long> sizes =
        classes.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(one -> !one.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));

    assertThat(sizes).allSatisfy((name, size) -> assertThat(size).as(name).isLessThanOrEqualTo(20));
  }
}
