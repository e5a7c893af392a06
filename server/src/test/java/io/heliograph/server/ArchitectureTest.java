package io.heliograph.server;

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
 * Holds the arrows between the packages: event ← log ← hub ← {presence, tail, helidon ← wire} ←
 * request ← gate ← publish ← http ← Heliograph.
 */
@AnalyzeClasses(
    packages = "io.heliograph.server",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule arrowsPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("event")
          .definedBy("..server.event..")
          .layer("log")
          .definedBy("..server.log..")
          .layer("reactor")
          .definedBy("..server.reactor..")
          .layer("hub")
          .definedBy("..server.hub..")
          .layer("auth")
          .definedBy("..server.auth..")
          .layer("presence")
          .definedBy("..server.presence..")
          .layer("cluster")
          .definedBy("..server.cluster..")
          .layer("tail")
          .definedBy("..server.tail..")
          .layer("helidon")
          .definedBy("..server.helidon..")
          .layer("wire")
          .definedBy("..server.wire..")
          .layer("request")
          .definedBy("..server.request..")
          .layer("gate")
          .definedBy("..server.gate..")
          .layer("publish")
          .definedBy("..server.publish..")
          .layer("http")
          .definedBy("..server.http..")
          .layer("limit")
          .definedBy("..server.limit..")
          .layer("observe")
          .definedBy("..server.observe..")
          .layer("redis")
          .definedBy("..server.redis..")
          .layer("config")
          .definedBy("..server.config..")
          .layer("Heliograph")
          .definedBy("io.heliograph.server")
          .whereLayer("Heliograph")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("http")
          .mayOnlyBeAccessedByLayers("Heliograph")
          .whereLayer("publish")
          .mayOnlyBeAccessedByLayers("http")
          .whereLayer("gate")
          .mayOnlyBeAccessedByLayers("publish", "http", "Heliograph")
          .whereLayer("request")
          .mayOnlyBeAccessedByLayers("gate", "publish", "http", "Heliograph")
          .whereLayer("auth")
          .mayOnlyBeAccessedByLayers("cluster", "gate", "publish", "http", "Heliograph")
          .whereLayer("helidon")
          .mayOnlyBeAccessedByLayers("wire", "request", "publish", "http", "Heliograph")
          .whereLayer("wire")
          .mayOnlyBeAccessedByLayers("gate", "http")
          .whereLayer("presence")
          .mayOnlyBeAccessedByLayers("cluster", "http", "Heliograph")
          .whereLayer("tail")
          .mayOnlyBeAccessedByLayers("cluster", "http", "Heliograph")
          .whereLayer("cluster")
          .mayOnlyBeAccessedByLayers("Heliograph")
          .whereLayer("hub")
          .mayOnlyBeAccessedByLayers(
              "presence",
              "cluster",
              "tail",
              "helidon",
              "wire",
              "request",
              "gate",
              "publish",
              "http",
              "Heliograph")
          .whereLayer("reactor")
          .mayOnlyBeAccessedByLayers("hub", "wire", "Heliograph")
          .whereLayer("log")
          .mayOnlyBeAccessedByLayers("hub", "presence", "cluster", "tail", "http", "Heliograph")
          .whereLayer("limit")
          .mayOnlyBeAccessedByLayers("request", "gate", "publish", "http", "config", "Heliograph")
          .whereLayer("observe")
          .mayOnlyBeAccessedByLayers(
              "hub", "auth", "cluster", "request", "gate", "http", "Heliograph")
          .whereLayer("redis")
          .mayOnlyBeAccessedByLayers("log", "cluster", "Heliograph")
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("Heliograph");

  @ArchTest
  static final ArchRule valuesKnowNothingElse =
      noClasses()
          .that()
          .resideInAPackage("..server.event..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("..server.event..", "java..", "org.jspecify..");

  @ArchTest
  static final ArchRule authKnowsNoTransport =
      noClasses()
          .that()
          .resideInAPackage("..server.auth..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.helidon..", "..server.hub..", "..server.log..");

  @ArchTest
  static final ArchRule theHubKnowsNoTransport =
      noClasses()
          .that()
          .resideInAnyPackage("..server.log..", "..server.hub..")
          .and()
          .resideOutsideOfPackage("..server.log.file..") // Its channels are files.
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.helidon..", "com.fasterxml..", "java.net..", "java.nio.channels..");

  // One call that waits would stop all streams.
  @ArchTest
  static final ArchRule theReactorDoesNotWait =
      noClasses()
          .that()
          .resideInAPackage("..server.reactor..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.util.concurrent.locks..", "java.util.logging..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(System.Logger.class)
          .orShould()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Object.class, "wait");

  @ArchTest
  static final ArchRule noPackageUsesOneThatUsesIt =
      slices().matching("io.heliograph.server.(*)..").should().beFreeOfCycles();

  @ArchTest
  static void aPackageHasTwentyClassesAtMost(JavaClasses classes) {
    Map<String, Long> sizes =
        classes.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(one -> !one.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));

    assertThat(sizes).hasSizeGreaterThan(10);
    assertThat(sizes).allSatisfy((name, size) -> assertThat(size).as(name).isBetween(1L, 20L));
  }
}
