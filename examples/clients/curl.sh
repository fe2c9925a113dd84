#!/bin/sh
# Asks a gateway for a private inference, with curl alone:
#   examples/clients/curl.sh hall request.json
# The request is the JSON of the Open Inference Protocol; the answer goes to standard output.
# LEPCNN_URL is the gateway's address, LEPCNN_TOKEN_FILE a file with its token where it asks for one.
set -eu

if [ $# -ne 2 ]; then
  echo "usage: curl.sh MODEL REQUEST.json" >&2
  exit 2
fi
model=$1
request=$2
url=${LEPCNN_URL:-http://localhost:8000}
if [ ! -r "$request" ]; then
  echo "curl.sh: cannot read the request $request" >&2
  exit 2
fi
if [ -n "${LEPCNN_TOKEN_FILE:-}" ] && [ ! -r "$LEPCNN_TOKEN_FILE" ]; then
  echo "curl.sh: cannot read the token file $LEPCNN_TOKEN_FILE" >&2
  exit 2
fi

# The token goes by standard input: arguments can be read by everybody on the machine.
authorization() {
  if [ -n "${LEPCNN_TOKEN_FILE:-}" ]; then
    printf 'header = "Authorization: Bearer %s"\n' "$(cat "$LEPCNN_TOKEN_FILE")"
  fi
}

# No proxy: it would see the input.
authorization | curl --config - --silent --show-error --fail-with-body --noproxy '*' \
  --data-binary "@$request" "$url/v2/models/$model/infer"
echo
