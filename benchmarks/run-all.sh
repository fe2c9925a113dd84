#!/usr/bin/env bash
# Runs every benchmark that docs/performance.md names, one after the other, and writes tables, JSON
# and charts into a folder. Takes about an hour; run it on a machine that does nothing else.
#
#   benchmarks/run-all.sh [FOLDER]        default: bench-results
#   BENCH_QUICK=1                         few rounds and passes, to see that everything runs
#   LEPCNN_JAVA_OPTS                      arguments of the JVM; VGG16 needs a heap of 6 GB
set -euo pipefail

HOME_FOLDER="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
OUT="${1:-bench-results}"
export LEPCNN_JAVA_OPTS="${LEPCNN_JAVA_OPTS:--Xmx6g}"
FAILED=0

if [ "${BENCH_QUICK:-}" = 1 ]; then
  KERNELS=(--rounds 3 --sample-ms 2)
  DEVICE=(--warm-up 5 --passes 5)
  OFFLINE=(--rounds 1 --passes 8)
  PIPELINE=(--warm-up 20 --passes 15)
else
  KERNELS=(--rounds 15)
  DEVICE=(--warm-up 100 --passes 100)
  OFFLINE=(--rounds 3)
  PIPELINE=(--warm-up 300 --passes 300)
fi

# One that fails does not keep the others from running; the status tells at the end.
bench() {
  echo "== lepcnn bench $*" >&2
  "$HOME_FOLDER/lepcnn" bench "$@" --out "$OUT" || {
    echo "run-all: 'lepcnn bench $*' failed" >&2
    FAILED=1
  }
}

mkdir -p "$OUT"
for model in alexnet vgg16 resnet18 resnet50 squeezenet mobilenetv2; do
  bench kernels --model "$model" "${KERNELS[@]}"
done
bench device --model alexnet "${DEVICE[@]}"
# tables lie in the temporary folder: a pass of SqueezeNet takes 10 MB, one of VGG16 54 MB
for model in squeezenet mobilenetv2; do
  bench device --model "$model" --warm-up 40 --passes 40
done
for model in resnet50 vgg16; do
  bench device --model "$model" --warm-up 10 --passes 10
done
bench offline --model alexnet "${OFFLINE[@]}"
bench offline --model squeezenet "${OFFLINE[@]}"
bench pipeline --model alexnet "${PIPELINE[@]}"
bench pipeline --model squeezenet --warm-up 100 --passes 60
exit "$FAILED"
