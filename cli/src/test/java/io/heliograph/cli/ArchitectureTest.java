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
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds the walls of the command line. In the load test: meter ← result ← plan ← {users, publish,
 * observe} ← run ← {simulate; report → result only}.
 */
@AnalyzeClasses(
    packages = "io.heliograph.cli",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String LOAD = "io.heliograph.cli.load.";

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
                          LOAD + ".", "io.heliograph.cli.option"))
                  .or(JavaClass.Predicates.resideInAPackage("picocli..")));

  @ArchTest
  static final ArchRule theReportKnowsOnlyTheResultOfALoadTest =
      noClasses()
          .that()
          .resideInAPackage("io.heliograph.cli.report..")
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
                      "completion",
                      "config",
                      "context",
                      "decode",
                      "demo",
                      "doctor",
                      "follow",
                      "manual",
                      "operate",
                      "publish",
                      "rehearse",
                      "report",
                      "subscribe",
                      "tail",
                      "token")
                  .map(command -> "io.heliograph.cli." + command + "..")
                  .toArray(String[]::new));

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
