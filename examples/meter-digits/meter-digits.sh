#!/bin/sh
# Builds the example module and runs one of its commands, for instance
#   examples/meter-digits/meter-digits.sh render --count 10 --seed 1 --out examples/target/pictures
# Without a command it prints what there is. Paths are relative to where it is called.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
classpath_file="$root/examples/target/classpath.txt"

(
  cd "$root"
  ./mvnw -q -pl examples compile dependency:build-classpath \
    -DincludeScope=runtime -Dmdep.outputFile="$classpath_file"
)
# ONNX Runtime would report its use to its vendor.
export ORT_DISABLE_TELEMETRY=1
exec java -Xmx1g -cp "$root/examples/target/classes:$(cat "$classpath_file")" \
  org.lepcnn.examples.meter.MeterDigits "$@"
