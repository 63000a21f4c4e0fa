#!/bin/sh
# Runs the packages that have tests behind the build tag "integration". They
# are asked for here, so what they need must be there, as in CI.
set -eu
cd "$(dirname "$0")/.."

packages=$(find cmd ingest rules reports schema -name '*_test.go' \
	-exec grep -lE '^//go:build .*integration' {} + | sed 's|^|./|; s|/[^/]*$||' | sort -u)
if [ -z "$packages" ]; then
	echo "integration: no test has the build tag integration" >&2
	exit 1
fi
# One package at a time: each starts a broker of its own.
# shellcheck disable=SC2086 # The list is meant to be split.
CI=true exec go test -tags integration -count=1 -p 1 -timeout 20m $packages
