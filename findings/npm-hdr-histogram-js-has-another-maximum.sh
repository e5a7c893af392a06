#!/usr/bin/env bash
# hdr-histogram-js 3.0.1 (npm): its log has another maximum than the same log of HdrHistogram 2.2.2 (Java).
#
# Both libraries write and read the HdrHistogram log format 1.3, so that tools for one can show the logs of the other.
#
# Seen: for the same values in nanoseconds, the column Interval_Max of the JavaScript log is 1000 times that of the Java
# log, because the one divides by 1,000 and the other by 1,000,000 by default, and the format does not name the unit.
# A page or script that reads the column, as it need not decode the histogram, is wrong for one of them; the histograms
# themselves are equal. Also seen: the JavaScript reader fails at the first line that a Java DoubleHistogram wrote, so
# the rest of a mixed log is out of reach. A line without a tag has the tag null in Java and "NO TAG" in JavaScript.
# Pass maxValueUnitRatio to both writers.
#
# Needs JDK 17 or newer, Maven, node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has
# changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" hdr-histogram-js@3.0.1
mkdir java
cat >java/pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>try</groupId><artifactId>try</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.hdrhistogram</groupId><artifactId>HdrHistogram</artifactId><version>2.2.2</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q -f java/pom.xml org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies \
  -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import java.io.*;
import org.HdrHistogram.*;

class Try {
  private static final long START = 1_700_000_000_000L;

  public static void main(String[] arguments) throws Exception {
    var log = new HistogramLogWriter(new PrintStream("java.hlog"));
    log.outputLogFormatVersion();
    var whole = new Histogram(3);
    whole.recordValue(1_500_000_000); // Nanoseconds.
    log.outputIntervalHistogram(START / 1000.0, START / 1000.0 + 1, whole);
    var fractions = new DoubleHistogram(3);
    fractions.recordValue(1.5);
    log.outputIntervalHistogram(START / 1000.0 + 1, START / 1000.0 + 2, fractions, 1);
    log.outputIntervalHistogram(START / 1000.0 + 2, START / 1000.0 + 3, whole);

    for (String name : new String[] {"java.hlog", "js.hlog"}) {
      var reader = new HistogramLogReader(new File(name));
      for (var line = reader.nextIntervalHistogram(); line != null; line = reader.nextIntervalHistogram()) {
        System.out.printf("Java reads %s: %s, maximum %.1e, tag %s%n",
            name, line.getClass().getSimpleName(), line.getMaxValueAsDouble(), line.getTag());
      }
    }
  }
}
JAVA
cat >write.mjs <<'JS'
import fs from 'node:fs';
import hdr from 'hdr-histogram-js';

let log = '';
const writer = new hdr.HistogramLogWriter(text => (log += text));
writer.outputLogFormatVersion();
const histogram = hdr.build({ numberOfSignificantValueDigits: 3 });
histogram.recordValue(1_500_000_000);
histogram.startTimeStampMsec = 1_700_000_000_000;
histogram.endTimeStampMsec = 1_700_000_001_000;
writer.outputIntervalHistogram(histogram);
fs.writeFileSync('js.hlog', log);
JS
cat >read.mjs <<'JS'
import fs from 'node:fs';
import hdr from 'hdr-histogram-js';

for (const name of ['java.hlog', 'js.hlog']) {
  const log = fs.readFileSync(name, 'utf8');
  console.log(name, 'Interval_Max:', log.split('\n').find(line => /^\d/.test(line)).split(',')[2]);
  const reader = new hdr.HistogramLogReader(log);
  try {
    for (let line = reader.nextIntervalHistogram(); line; line = reader.nextIntervalHistogram()) {
      console.log(`JavaScript reads ${name}: maximum ${line.maxValue.toExponential(1)}, tag ${line.tag}`);
    }
  } catch (error) {
    console.log(`JavaScript reads ${name}: ${error.message}`);
  }
}
JS
node write.mjs
LC_ALL=C java -cp 'java/lib/*' Try.java | tee seen
node read.mjs | tee -a seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
Java reads java.hlog: Histogram, maximum 1.5e+09, tag null
Java reads java.hlog: DoubleHistogram, maximum 1.5e+00, tag null
Java reads java.hlog: Histogram, maximum 1.5e+09, tag null
Java reads js.hlog: Histogram, maximum 1.5e+09, tag null
java.hlog Interval_Max: 1500.512
JavaScript reads java.hlog: maximum 1.5e+9, tag NO TAG
JavaScript reads java.hlog: Encoding not supported, only V2 is supported
js.hlog Interval_Max: 1500000.000
JavaScript reads js.hlog: maximum 1.5e+9, tag NO TAG
EXPECTED
