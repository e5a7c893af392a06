#!/usr/bin/env bash
# OkHttp 5.5.1 with Maven, on the module path: the package okio does not exist if the artifact `okhttp` is a
# dependency.
#
# From version 5 on, `okhttp` contains no classes for Maven; they are in `okhttp-jvm`. A library that wants one OkHttp
# for Maven and Gradle users depends on `okhttp`, which Gradle resolves by platform and which replaces `okhttp` 4 for
# Maven, and gets `okhttp-jvm` through `okhttp-sse`. However, `okhttp` also depends on `okio`, which is a jar without
# classes, too. As a module its name is "okio", from its file name. `okio-jvm` has the same name in its manifest, and
# the first one on the path wins.
#
# Seen: with `okhttp` and `okhttp-sse` 5.5.1, `javac --module-path` fails for a module that requires okio: "package
# okio does not exist" or "is not visible". If `com.squareup.okio:okio` is excluded from `okhttp`, it compiles.
#
# Needs JDK 17 or newer and Maven. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

libraries() { # FOLDER EXCLUSIONS: the jars in the order of Maven's class path.
  mkdir "$1"
  cat >"$1/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>try</groupId><artifactId>try</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.squareup.okhttp3</groupId><artifactId>okhttp</artifactId><version>5.5.1</version>
      $2
    </dependency>
    <dependency><groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-sse</artifactId><version>5.5.1</version></dependency>
  </dependencies>
</project>
XML
  mvn -B -q -f "$1/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.11.0:build-classpath \
    -Dmdep.outputFile="$dir/$1.path"
}

libraries plain ""
libraries excluded "<exclusions><exclusion><groupId>com.squareup.okio</groupId><artifactId>okio</artifactId></exclusion></exclusions>"

mkdir src
echo 'module program { requires okhttp3; requires okio; }' >src/module-info.java
mkdir src/program
cat >src/program/Program.java <<'JAVA'
package program;

class Program {
  okio.ByteString bytes;
}
JAVA

compiles() {
  javac -d "out-$1" --module-path "$(cat "$1.path")" src/module-info.java src/program/Program.java >"$1.log" 2>&1
}

if compiles plain; then
  echo "changed: it compiles"
  exit 1
fi
grep -E 'package okio (does not exist|is not visible)' plain.log
compiles excluded || { echo "changed: it does not compile without okio's jar either"; cat excluded.log; exit 1; }
echo "as described"
