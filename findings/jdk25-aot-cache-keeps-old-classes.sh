#!/usr/bin/env bash
# JDK 25.0.3 (Temurin 25.0.3+9, Linux x64): an AOT cache (JEP 514) outlives the jar from which it was made.
#
# A cache is created with -XX:AOTCacheOutput for a class path of one jar. The jar is then replaced by a rebuilt one:
# same path, other size, other time, other classes. Expected, as with class data sharing archives: the JVM detects
# that the jar has changed, and ignores the cache or reports an error.
#
# Seen: the JVM runs the classes of the cache, that is, the OLD program, without a warning. -XX:AOTMode=on, which
# should fail if a cache cannot be used, also runs the old program. Resources come from the new jar at the same time.
# A distribution that contains a cache must therefore check itself that cache and jars belong together.
#
# Needs a JDK 25 in JAVA25_HOME, JAVA_HOME or a usual directory. Exits with 0 if the behavior is unchanged, with 1 if
# the JVM detects the change.
set -euo pipefail

jdk=
for home in "${JAVA25_HOME-}" "${JAVA_HOME-}" /usr/lib/jvm/* /opt/java/* "$HOME"/.sdkman/candidates/java/*; do
  if [[ -n $home && -x $home/bin/javac ]] && grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null; then
    jdk=$home
    break
  fi
done
if [[ -z $jdk ]]; then
  echo "needs a JDK 25; let JAVA25_HOME name one" >&2
  exit 69
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# pack FOLDER VERSION: a jar with one class and one resource that both tell the version.
pack() {
  mkdir -p "$1"
  cat >"$1/Main.java" <<JAVA
public class Main {
  public static void main(String[] args) throws Exception {
    try (var in = Main.class.getResourceAsStream("/resource.txt")) {
      System.out.println("class=$2 resource=" + new String(in.readAllBytes()).strip());
    }
  }
}
JAVA
  echo "$2" >"$1/resource.txt"
  "$jdk/bin/javac" -d "$1" "$1/Main.java"
  "$jdk/bin/jar" --create --file "$1.jar" -C "$1" .
}
pack old old
pack new 'new and longer'

mkdir app
cp old.jar app/app.jar
"$jdk/bin/java" -XX:AOTCacheOutput=app/app.aot -cp app/app.jar Main >training.log 2>&1
[[ -s app/app.aot ]] || { cat training.log >&2; exit 1; }

sleep 1.1 # So that the times differ, too.
cp new.jar app/app.jar
before=$(stat -c %s old.jar) after=$(stat -c %s app/app.jar)

"$jdk/bin/java" -version 2>&1 | sed -n 2p
echo "size of the jar: $before bytes in the cache's training, now $after"
plain=$("$jdk/bin/java" -cp app/app.jar Main)
cached=$("$jdk/bin/java" -XX:AOTCache=app/app.aot -cp app/app.jar Main 2>&1)
strict=$("$jdk/bin/java" -XX:AOTCache=app/app.aot -XX:AOTMode=on -cp app/app.jar Main 2>&1 || true)
echo "without the cache:         $plain"
echo "with the cache:            $cached"
echo "with the cache, AOTMode=on: $strict"

[[ $plain == 'class=new and longer resource=new and longer' ]]
if [[ $cached != 'class=old resource=new and longer' || $strict != 'class=old resource=new and longer' ]]; then
  echo "changed: the JVM no longer runs old classes in silence" >&2
  exit 1
fi
