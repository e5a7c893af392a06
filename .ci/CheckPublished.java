import static java.nio.file.Files.isRegularFile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;

/**
 * Checks that what a release publishes has what Maven Central demands, signatures aside. In the root of the project,
 * after `mvn -Prelease verify`:
 *
 *   java .ci/CheckPublished.java              the metadata, and the jars of sources and Javadoc
 *   java .ci/CheckPublished.java --publish    also that the version is no snapshot and the address no placeholder
 */
final class CheckPublished {
  private static final List<String> MODULES =
      List.of(".", "client-sdk", "client-sdk/bom", "client-sdk/spring-boot-starter", "server");

  private static final List<String> OWN = List.of("name", "description", "artifactId");
  // From the parent, if the module does not have it.
  private static final List<String> INHERITED =
      List.of(
          "url",
          "groupId",
          "version",
          "licenses/license/name",
          "licenses/license/url",
          "developers/developer/name",
          "scm/connection",
          "scm/developerConnection",
          "scm/url");

  private static final XPath XPATH = XPathFactory.newInstance().newXPath();

  public static void main(String[] args) throws Exception {
    boolean publish = List.of(args).contains("--publish");
    List<String> missing = new ArrayList<>();
    for (String module : MODULES) {
      Path directory = Path.of(module);
      Document pom = parse(directory.resolve("pom.xml"));
      Document parent = text(pom, "parent/artifactId").isEmpty() ? pom : parse(Path.of("pom.xml"));
      for (String element : OWN) {
        if (text(pom, element).isEmpty()) {
          missing.add(module + "/pom.xml has no " + element);
        }
      }
      for (String element : INHERITED) {
        if (text(pom, element).isEmpty() && text(parent, element).isEmpty()) {
          missing.add(module + "/pom.xml has no " + element + ", nor does its parent");
        }
      }
      String version = text(parent, "version");
      String packaging = text(pom, "packaging");
      if (packaging.isEmpty() || packaging.equals("jar")) {
        String jar = "target/" + text(pom, "artifactId") + "-" + version;
        for (String kind : List.of("", "-sources", "-javadoc")) {
          if (!isRegularFile(directory.resolve(jar + kind + ".jar"))) {
            missing.add(directory.resolve(jar + kind + ".jar") + " does not exist");
          }
        }
      }
      if (publish && version.endsWith("-SNAPSHOT")) {
        missing.add(module + "/pom.xml has the version " + version + ": set one without -SNAPSHOT");
      }
      if (publish && (text(parent, "properties/home.url") + text(pom, "url")).contains("example.")) {
        missing.add(module + "/pom.xml has a placeholder for the public address: set it, in pom.xml as home.url");
      }
    }
    if (!missing.isEmpty()) {
      missing.forEach(System.err::println);
      System.exit(1);
    }
    System.out.println(MODULES.size() + " modules have what Maven Central demands, signatures aside");
  }

  private static Document parse(Path pom) throws Exception {
    try {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
    } catch (IOException e) {
      throw new IOException(pom + " cannot be read; run this in the root of the project", e);
    }
  }

  private static String text(Document pom, String path) throws Exception {
    return XPATH.evaluate("/project/" + path, pom).strip();
  }
}
