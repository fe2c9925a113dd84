#!/usr/bin/env bash
# Runs every benchmark that docs/performance.md names, one after the other, and writes tables, JSON
# and charts into a folder. Takes about twenty minutes on two cores; run it on a machine that does nothing else.
#
#   benchmarks/run-all.sh [--short] [--only NAME,...] [FOLDER]
#
#   --short          few rounds and passes and the small networks, some minutes: to see that everything
#                    runs; the figures mean little
#   --only NAME,...  of kernels, device, offline, pipeline, he; default: all
#   FOLDER           default: bench-results
#   LEPCNN_JAVA_OPTS arguments of the JVM; VGG16 needs a heap of 6 GB
#
# Exit status: 0 all ran; 1 one failed, the others ran; 2 bad usage.
set -euo pipefail

HOME_FOLDER="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
HE_PACKAGES="$HOME_FOLDER/benchmarks/he/node_modules/node-seal/package.json"
ALL=kernels,device,offline,pipeline,he
export LEPCNN_JAVA_OPTS="${LEPCNN_JAVA_OPTS:--Xmx6g}"
FAILED=0
SHORT=0
ONLY=$ALL
OUT=''

usage() {
  echo "run-all: $1" >&2
  echo "usage: benchmarks/run-all.sh [--short] [--only NAME,...] [FOLDER]" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case "$1" in
    --short) SHORT=1 ;;
    --only)
      [ $# -gt 1 ] || usage "--only needs names: $ALL"
      ONLY="$2"
      shift
      ;;
    -*) usage "unknown option $1" ;;
    *)
      [ -z "$OUT" ] || usage "one folder only; found $OUT and $1"
      OUT="$1"
      ;;
  esac
  shift
done
OUT="${OUT:-bench-results}"
for name in ${ONLY//,/ }; do
  [[ ",$ALL," == *",$name,"* ]] || usage "no benchmark '$name', only $ALL"
done

wanted() {
  [[ ",$ONLY," == *",$1,"* ]]
}

# One that fails does not keep the others from running; the status tells at the end.
bench() {
  echo "== lepcnn bench $*" >&2
  "$HOME_FOLDER/lepcnn" bench "$@" --out "$OUT" || {
    echo "run-all: 'lepcnn bench $*' failed" >&2
    FAILED=1
  }
}

short() {
  local model
  ! wanted kernels || for model in alexnet squeezenet mobilenetv2; do
    bench kernels --model "$model" --rounds 3 --sample-ms 2
  done
  ! wanted device || bench device --model alexnet --warm-up 5 --passes 5
  ! wanted offline || bench offline --model alexnet --rounds 1 --passes 8
  ! wanted pipeline || bench pipeline --model alexnet --warm-up 60 --passes 24
}

full() {
  local model
  if wanted kernels; then
    for model in alexnet vgg16 resnet18 resnet50 squeezenet mobilenetv2; do
      bench kernels --model "$model" --rounds 15
    done
  fi
  if wanted device; then
    bench device --model alexnet --warm-up 300 --passes 100
    # tables lie in the temporary folder: a pass of SqueezeNet takes 10 MB, one of VGG16 54 MB
    for model in squeezenet mobilenetv2; do
      bench device --model "$model" --warm-up 40 --passes 40
    done
    for model in resnet50 vgg16; do
      bench device --model "$model" --warm-up 10 --passes 10
    done
  fi
  if wanted offline; then
    bench offline --model alexnet --rounds 3
    bench offline --model squeezenet --rounds 3
  fi
  if wanted pipeline; then
    bench pipeline --model alexnet --warm-up 300 --passes 300
    bench pipeline --model squeezenet --warm-up 100 --passes 60
  fi
}

homomorphic() {
  if [ ! -f "$HE_PACKAGES" ]; then
    echo "run-all: left out 'bench he': it needs Node.js 20 or newer and, once:" \
      "cd $HOME_FOLDER/benchmarks/he && npm ci" >&2
  elif [ "$SHORT" = 1 ]; then
    bench he --quick
  else
    bench he
  fi
}

mkdir -p "$OUT"
if [ "$SHORT" = 1 ]; then short; else full; fi
! wanted he || homomorphic
exit "$FAILED"
