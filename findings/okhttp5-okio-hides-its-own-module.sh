#!/usr/bin/env bash
# OkHttp 5.5.1 by Maven, on the module path: package okio does not exist, once the artifact `okhttp` is a dependency.
#
# From version 5 on, `okhttp` holds no class for Maven: the classes are in `okhttp-jvm`. A library that wants one OkHttp for Maven and
# Gradle users names `okhttp`, which Gradle resolves by platform and which displaces `okhttp` 4 for Maven, and gets `okhttp-jvm` by
# way of `okhttp-sse`. But `okhttp` also depends on `okio`, a jar without classes, too. As a module it is "okio" by its file's name,
# as `okio-jvm` is by its manifest, and the first on the path wins.
#
# Seen: with `okhttp` and `okhttp-sse` 5.5.1, `javac --module-path` of a module that requires okio fails: "package okio does not exist"
# or "is not visible". With `com.squareup.okio:okio` excluded from `okhttp` it compiles.
#
# Needs JDK 17 or newer and Maven. Exits 0 if this is still so, 1 if it changed.
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
