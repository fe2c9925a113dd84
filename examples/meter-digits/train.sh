#!/bin/sh
# Trains the committed model again: the same bytes as meter-digits.onnx, in some five minutes on two
# cores. Another output file may be given, so that the committed one is left alone, and then further
# options, such as --steps 20.
set -eu

folder=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$folder/../.." && pwd)
classpath_file="$root/examples/target/classpath-of-the-trainer.txt"
out=${1:-$folder/meter-digits.onnx}
[ $# -eq 0 ] || shift

(
  cd "$root"
  ./mvnw -q -pl examples test-compile dependency:build-classpath \
    -DincludeScope=test -Dmdep.outputFile="$classpath_file"
)
exec java -Xmx1g -cp "$root/examples/target/test-classes:$root/examples/target/classes:$(cat "$classpath_file")" \
  org.lepcnn.examples.meter.TrainMeterDigits --seed 1 --out "$out" "$@"
