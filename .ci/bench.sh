#!/usr/bin/env bash
# The benchmarks: what a message of each source costs to decode and normalise,
# what ingest costs against the floor and how much memory it takes (a real Apache
# Kafka, ClickHouse in a process of its own), the times and memory of whole
# commands, how many calls a second a policy is tried on, how well protected pictures are found in some 5,000 others, then the
# functions in hot paths. Figures of shared machines are
# noisy: look at ratios and medians.
#
# And how long an alert takes: from due_at + grace to Alertmanager's acceptance, a
# real Apache Kafka, the program with its embedded ClickHouse, calls as they go on
# ($ROLLCALL_BENCH_RATE: events a second). It takes about four minutes.
#
#   .ci/bench.sh [pattern of Go benchmarks, or "decode" or "alerts" for that alone]
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}

# decode prints the median of three runs, in processor time.
decode() {
	"$go" test -run '^$' -bench '^BenchmarkDecode$' -benchmem -benchtime 0.3s -count 3 ./ingest/decode | awk '
		/^(FAIL|---)/ { print; failed = 1 }
		/^BenchmarkDecode\// {
			name = $1; sub(/^BenchmarkDecode\//, "", name); sub(/-[0-9]+$/, "", name); gsub(/_/, " ", name)
			for (i = 3; i < NF; i += 2) value[$(i + 1)] = $i
			if (!(name in runs)) order[++n] = name
			cost[name, ++runs[name]] = value["cpu-µs/op"]
			bytes[name] = value["MB/s"] * value["ns/op"] / 1000
			allocs[name] = value["allocs/op"]
		}
		END {
			printf "%-36s %8s %16s %8s %8s\n", "decode and normalise", "bytes", "CPU µs a message", "MB/s", "allocs"
			for (i = 1; i <= n; i++) {
				name = order[i]; a = cost[name, 1]; b = cost[name, 2]; c = cost[name, 3]
				median = a > b ? (b > c ? b : (a > c ? c : a)) : (a > c ? a : (b > c ? c : b))
				printf "%-36s %8.0f %16.1f %8.0f %8d\n", name, bytes[name], median, bytes[name] / median, allocs[name]
			}
			exit failed
		}'
}

# alerts prints the delays of alerts, and what was missing or false.
alerts() {
	"$go" test -tags bench -count=1 -run '^TestAlerts$' -v -timeout 20m ./cmd/rollcall | grep -vE '^(=== |--- |PASS|ok )'
}

if [ "${1:-}" = alerts ]; then
	alerts
	exit
fi
decode
if [ "${1:-}" = decode ]; then
	exit
fi
alerts
"$go" test -count=1 -run '^TestRates$' -v -timeout 60m ./rules/brand/asset -args -full | grep -vE '^(=== |PASS)'
"$go" test -tags bench -count=1 -run 'Ingest' -v -timeout 40m ./ingest | grep -vE '^(=== |--- |PASS|ok )'
"$go" test -tags bench -count=1 -run 'TestAudit|TestColdStart|TestEvaluation|TestBacktestSpeed' -v -p 1 -timeout 40m ./cmd/rollcall ./cmd/internal/assess ./cmd/internal/backtest | grep -vE '^(=== |--- |PASS|ok )'
"$go" test -run '^$' -bench "${1:-.}" -benchmem ./ingest/... ./rules/... ./reports/... ./cmd/... | grep -E '^(Benchmark|FAIL|---)'
