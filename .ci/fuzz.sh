#!/bin/sh
# Runs every fuzz target of some packages for a while, or a number of mutated
# messages of all formats through all decoders, the same ones everywhere:
#
#     .ci/fuzz.sh 10s ./...
#     .ci/fuzz.sh -n 10000000
#
# What makes a target fail is written to the package's testdata/fuzz, where it
# becomes a test case.
set -eu

if [ "$1" = -n ]; then
	exec go test ./ingest/decode -run '^TestMutations$' -count 1 -timeout 24h -v -args -inputs "$2"
fi

time=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# "go test -list" prints the targets of a package, then a line "ok package …".
targets=$(go test -list '^Fuzz' "$@" | awk '/^Fuzz/ { names[++n] = $1 }
	/^ok/ { for (i = 1; i <= n; i++) print $2, names[i] }
	/^(ok|\?)/ { n = 0 }')
if [ -z "$targets" ]; then
	echo "fuzz: no target in $*" >&2
	exit 1
fi

run() { # package, target
	go test -run '^$' -fuzz "^$2\$" -fuzztime "$time" "$1" >"$log" 2>&1
}

echo "$targets" | while read -r package target; do
	# The end of the time can catch a worker in the middle of an input, which
	# the fuzzer reports as a failure without an input (golang/go#75804): that
	# one is run again.
	if run "$package" "$target" ||
		{ grep -q 'context deadline exceeded' "$log" && ! grep -q 'Failing input' "$log" && run "$package" "$target"; }; then
		echo "$package $target: $(grep -o 'execs: [0-9]*' "$log" | tail -n 1)"
	else
		cat "$log"
		exit 1
	fi
done
