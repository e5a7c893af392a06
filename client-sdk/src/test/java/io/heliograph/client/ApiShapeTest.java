package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What of other libraries, and of this one's inside, shows in the public API: next to nothing. */
class ApiShapeTest {
  private static final List<String> EXPORTED = List.of("", "jackson", "micrometer", "testkit");

  /** The hatches, which say so. */
  private static final List<String> HATCHES =
      List.of(
          "EventPublisher$Builder.okHttp",
          "HeliographApi$Builder.okHttp",
          "SseClient$Builder.okHttp");

  @Test
  void noTypeOfOkHttpShowsButAtTheHatches() throws Exception {
    assertThat(usersOf("okhttp3.", "okio.", "kotlin.")).containsExactlyElementsOf(HATCHES);
  }

  @Test
  void nothingInternalShows() throws Exception {
    assertThat(usersOf("io.heliograph.client.internal.")).isEmpty();
  }

  @Test
  void jacksonShowsInItsOwnPackageOnly() throws Exception {
    assertThat(usersOf("com.fasterxml.", "tools.jackson."))
        .isNotEmpty()
        .allMatch(u -> u.startsWith("Jackson"));
  }

  @Test
  void micrometerShowsInItsOwnPackageOnly() throws Exception {
    assertThat(usersOf("io.micrometer."))
        .isNotEmpty()
        .allMatch(u -> u.startsWith("MicrometerObserver"));
  }

  /** A program with a store of its own loads nothing of the file's. */
  @Test
  void theContractOfAStoreKnowsNoneOfItsForms() throws Exception {
    try (var file = ResumeStore.class.getResourceAsStream("ResumeStore.class")) {
      assertThat(file).isNotNull();
      assertThat(new String(file.readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("FileResumeStore");
    }
  }

  /** Or a subclass of a stranger would be part of what must not break. */
  @Test
  void aClassThatIsPublicIsFinalOrSealed() throws Exception {
    assertThat(publicTypes())
        .filteredOn(type -> !type.isInterface() && !type.isSealed() && !type.isEnum())
        .allMatch(type -> Modifier.isFinal(type.getModifiers()));
  }

  private static Set<String> usersOf(String... prefixes) throws Exception {
    var users = new TreeSet<String>();
    for (Class<?> type : publicTypes()) {
      var executables = new ArrayList<Executable>();
      // A hidden superclass shows its methods through the public one.
      for (Class<?> c = type;
          c != null && (c.equals(type) || !Modifier.isPublic(c.getModifiers()));
          c = c.getSuperclass()) {
        executables.addAll(List.of(c.getDeclaredMethods()));
      }
      for (Constructor<?> constructor : type.getDeclaredConstructors()) {
        executables.add(constructor);
      }
      String name = type.getName().replaceAll(".*\\.", "");
      for (Executable executable : executables) {
        int modifiers = executable.getModifiers();
        if (executable.isSynthetic()
            || !(Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers))) {
          continue;
        }
        var seen = new ArrayList<Type>(List.of(executable.getGenericParameterTypes()));
        seen.addAll(List.of(executable.getGenericExceptionTypes()));
        if (executable instanceof Method method) {
          seen.add(method.getGenericReturnType());
        }
        if (seen.stream().anyMatch(t -> mentions(t, prefixes))) {
          users.add(name + "." + executable.getName().replaceAll(".*\\.", ""));
        }
      }
      var above = new ArrayList<Type>(List.of(type.getGenericInterfaces()));
      if (type.getGenericSuperclass() != null) {
        above.add(type.getGenericSuperclass());
      }
      if (above.stream().anyMatch(t -> mentions(t, prefixes))) {
        users.add(name);
      }
    }
    return users;
  }

  private static boolean mentions(Type type, String... prefixes) {
    if (type instanceof Class<?> c) {
      return c.isArray()
          ? mentions(c.getComponentType(), prefixes)
          : Stream.of(prefixes).anyMatch(c.getName()::startsWith);
    }
    if (type instanceof ParameterizedType p) {
      return mentions(p.getRawType(), prefixes)
          || Stream.of(p.getActualTypeArguments()).anyMatch(t -> mentions(t, prefixes));
    }
    if (type instanceof GenericArrayType a) {
      return mentions(a.getGenericComponentType(), prefixes);
    }
    if (type instanceof WildcardType w) {
      return Stream.of(w.getUpperBounds(), w.getLowerBounds())
          .flatMap(Stream::of)
          .anyMatch(t -> mentions(t, prefixes));
    }
    return Stream.of(((TypeVariable<?>) type).getBounds())
        .anyMatch(t -> !(t instanceof ParameterizedType) && mentions(t, prefixes));
  }

  private static List<Class<?>> publicTypes() throws Exception {
    var types = new ArrayList<Class<?>>();
    for (String folder : EXPORTED) {
      try (Stream<Path> files = Files.list(classes().resolve(folder))) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          String name =
              "io.heliograph.client."
                  + (folder.isEmpty() ? "" : folder + ".")
                  + file.getFileName().toString().replace(".class", "");
          if (name.endsWith("package-info")) {
            continue;
          }
          Class<?> type = Class.forName(name, false, ApiShapeTest.class.getClassLoader());
          if (isPublic(type)) {
            types.add(type);
          }
        }
      }
    }
    assertThat(types).hasSizeGreaterThan(40);
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
      if (!Modifier.isPublic(c.getModifiers()) || c.isAnonymousClass()) {
        return false;
      }
    }
    return true;
  }

  private static Path classes() throws URISyntaxException, IOException {
    URI sseClient =
        java.util.Objects.requireNonNull(SseClient.class.getResource("SseClient.class")).toURI();
    return java.util.Objects.requireNonNull(Path.of(sseClient).getParent());
  }
}
