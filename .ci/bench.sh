#!/usr/bin/env bash
# The benchmarks: what ingest costs against the floor and how much memory it
# takes (a real Apache Kafka, ClickHouse in a process of its own), the times and
# memory of whole commands, then the functions in hot paths. Figures of shared
# machines are noisy: look at ratios and medians.
#
#   .ci/bench.sh [pattern of Go benchmarks]
set -euo pipefail
cd "$(dirname "$0")/.."
go=${GO:-go}
"$go" test -tags bench -count=1 -run 'Ingest' -v -timeout 40m ./ingest | grep -vE '^(=== |--- |PASS|ok )'
"$go" test -tags bench -count=1 -run 'TestAudit|TestColdStart|TestEvaluation' -v -p 1 -timeout 40m ./cmd/rollcall ./cmd/internal/assess | grep -vE '^(=== |--- |PASS|ok )'
"$go" test -run '^$' -bench "${1:-.}" -benchmem ./ingest/... ./rules/... ./reports/... ./cmd/... | grep -E '^(Benchmark|FAIL|---)'
