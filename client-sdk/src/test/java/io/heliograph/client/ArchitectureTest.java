package io.heliograph.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
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

/**
 * Holds the arrows between the packages of the inside: {base, json} ← http ← read ← session ←
 * consume, and http ← publish.
 */
@AnalyzeClasses(
    packages = "io.heliograph.client",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final int MOST_CLASSES = 20;

  @ArchTest
  static final ArchRule arrowsPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("base")
          .definedBy("..internal.base..")
          .layer("json")
          .definedBy("..internal.json..")
          .layer("http")
          .definedBy("..internal.http..")
          .layer("read")
          .definedBy("..internal.read..")
          .layer("session")
          .definedBy("..internal.session..")
          .layer("consume")
          .definedBy("..internal.consume..")
          .layer("publish")
          .definedBy("..internal.publish..")
          .whereLayer("consume")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("publish")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("session")
          .mayOnlyBeAccessedByLayers("consume")
          .whereLayer("read")
          .mayOnlyBeAccessedByLayers("session")
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("read", "session", "consume", "publish")
          .whereLayer("base")
          .mayNotAccessAnyLayer()
          .whereLayer("json")
          .mayNotAccessAnyLayer();

  @ArchTest
  static final ArchRule noCycles =
      slices().matching("io.heliograph.client.internal.(*)..").should().beFreeOfCycles();

  /** A program must load without the libraries that are optional. */
  @ArchTest
  static final ArchRule whatIsOptionalIsUsedInItsOwnPackage =
      noClasses()
          .that()
          .resideOutsideOfPackages("..client.jackson..", "..client.micrometer..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.fasterxml..", "tools.jackson..", "io.micrometer..");

  @ArchTest
  static final ArchRule theInsideKnowsNoTestKit =
      noClasses()
          .that()
          .resideInAPackage("..internal..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("..testkit..");

  @ArchTest
  static void packagesOfTheInsideAreSmall(JavaClasses classes) {
    Map<String, Long> sizes =
        classes.stream()
            .filter(c -> c.getPackageName().contains(".internal"))
            .filter(JavaClass::isTopLevelClass)
            .filter(c -> !c.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));

    assertThat(sizes)
        .hasSizeGreaterThan(5)
        .allSatisfy((p, size) -> assertThat(size).isLessThanOrEqualTo(MOST_CLASSES));
  }
}
