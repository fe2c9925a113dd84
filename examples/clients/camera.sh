#!/bin/sh
# Hands pictures to a gateway that watches a folder, as a camera would, and waits until they are answered:
#   examples/clients/camera.sh pictures/hall examples/meter-digits/pictures/0*.png
# The folder is that of one device, below the one that `lepcnn gateway --watch` names. The gateway prints
# the answers. A line here says what became of each picture; the status is 1 when one failed or is late.
# LEPCNN_WAIT is how many seconds to wait for each.
set -eu

if [ $# -lt 2 ]; then
  echo "usage: camera.sh FOLDER PICTURE..." >&2
  exit 2
fi
folder=$1
shift
limit=${LEPCNN_WAIT:-60}
mkdir -p "$folder"

# A name of its own for each picture, so that its place in done/ or failed/ is known. The gateway reads
# no .tmp file, so it sees a picture when all of it is there.
stamp=$(date +%Y%m%d-%H%M%S)-$$
number=0
for picture in "$@"; do
  number=$((number + 1))
  name=$stamp-$number-$(basename "$picture")
  cp -- "$picture" "$folder/$name.tmp"
  mv -- "$folder/$name.tmp" "$folder/$name"
done

status=0
number=0
for picture in "$@"; do
  number=$((number + 1))
  name=$stamp-$number-$(basename "$picture")
  waited=0
  until [ -e "$folder/done/$name" ] || [ -e "$folder/failed/$name" ] || [ "$waited" -ge "$limit" ]; do
    sleep 1
    waited=$((waited + 1))
  done
  if [ -e "$folder/done/$name" ]; then
    echo "$picture: answered"
  elif [ -e "$folder/failed/$name" ]; then
    echo "$picture: failed, see $folder/failed/$name.reason.json"
    status=1
  else
    echo "$picture: no answer within $limit s; is a gateway watching?"
    status=1
  fi
done
exit $status
