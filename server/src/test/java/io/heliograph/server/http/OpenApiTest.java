package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The description of the API has every route, and no other. */
class OpenApiTest {

  private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

  @Test
  void itHasTheRoutesOfTheServerAndNoOther() throws Exception {
    try (var server = TestServer.start()) {
      HttpResponse<String> answer = server.get("/openapi.yaml");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/yaml");
      Map<String, Set<String>> described = operations(answer.body());

      assertThat(described).isEqualTo(routes());
      // The server says the same of itself: of each path it names the methods that there are.
      for (Map.Entry<String, Set<String>> path : described.entrySet()) {
        HttpResponse<String> refused =
            server.send(
                HttpRequest.newBuilder(server.uri(path.getKey().replaceAll("\\{[^}]*}", "x")))
                    .method("PATCH", HttpRequest.BodyPublishers.noBody()));
        assertThat(refused.statusCode()).as(path.getKey()).isEqualTo(405);
        String allowed = refused.headers().firstValue("Allow").orElse("").toLowerCase(Locale.ROOT);
        var methods = new TreeSet<>(path.getValue());
        methods.add("options"); // Every path has it, and it needs no description.
        if (methods.contains("get")) {
          methods.add("head"); // Which OpenAPI takes for granted.
        }
        assertThat(Pattern.compile(", ").splitAsStream(allowed))
            .as(path.getKey())
            .containsExactlyInAnyOrderElementsOf(methods);
      }
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() throws Exception {
    try (var server = TestServer.start()) {
      String text = server.get("/openapi.yaml").body();
      Object document = new Yaml().load(text);
      Matcher reference = Pattern.compile("\\$ref: \"#/([^\"]+)\"").matcher(text);
      while (reference.find()) {
        Object at = document;
        for (String step : reference.group(1).split("/", -1)) {
          at = at instanceof Map<?, ?> map ? map.get(step) : null;
        }
        assertThat(at).as(reference.group(1)).isNotNull();
      }
    }
  }

  private static Map<String, Set<String>> operations(String yaml) {
    var operations = new TreeMap<String, Set<String>>();
    Map<String, Map<String, Map<String, Object>>> document = new Yaml().load(yaml);
    Objects.requireNonNull(document.get("paths"))
        .forEach(
            (path, item) -> {
              var methods = new TreeSet<>(item.keySet());
              methods.retainAll(METHODS);
              operations.put(path, methods);
            });
    return operations;
  }

  private static Map<String, Set<String>> routes() {
    var routes = new TreeMap<String, Set<String>>();
    for (Routes.Route route : TestRoutes.table()) {
      routes
          .computeIfAbsent(route.path(), path -> new TreeSet<>())
          .add(route.method().text().toLowerCase(Locale.ROOT));
    }
    return routes;
  }
}
