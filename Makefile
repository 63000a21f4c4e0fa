# Rollcall. "make help" lists the targets. What they need besides Go is fetched
# on first use, pinned and checksummed, into .cache.

GO ?= go
# The program is built without cgo; only the race detector needs it.
export CGO_ENABLED = 0

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GOLANGCI_VERSION = v2.15.0
GOLANGCI = .cache/tools/golangci-lint-$(GOLANGCI_VERSION)
# How long each fuzz target runs, or how many mutated messages instead, and
# which benchmarks.
FUZZTIME ?= 10s
INPUTS ?=
BENCH ?= .
# How many obligations a soak compares at least.
OBLIGATIONS ?= 1000000
# The first seed of the names that a soak makes besides, and how many.
SEED ?= 1
SEEDS ?= 10
PACKAGES ?= ./...

.DEFAULT_GOAL = build
.PHONY: help build libchdb kafka alertmanager demo test lint race integration fuzz bench soak clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: libchdb ## set up what is needed and build bin/rollcall
	@$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/rollcall ./cmd/rollcall

libchdb: ## fetch the embedded ClickHouse (npm)
	@test -n "$$ROLLCALL_LIBCHDB" || .ci/fetch-libchdb.sh >/dev/null

kafka: ## fetch Apache Kafka for the integration tests (JDK, Maven)
	@test -n "$$ROLLCALL_KAFKA_LIBS" || .ci/fetch-kafka.sh >/dev/null

alertmanager: ## fetch Alertmanager and promtool for the integration tests (apt-get)
	@test -n "$$ROLLCALL_ALERTMANAGER" || .ci/fetch-alertmanager.sh >/dev/null

demo: build ## run a small company's day, results in out/
	@bin/rollcall demo

test: libchdb ## run the tests
	@$(GO) test -timeout 20m $(PACKAGES)

lint: $(GOLANGCI) ## check format and style
	@$(GOLANGCI) run $(PACKAGES)
	@$(GO) mod tidy -diff

$(GOLANGCI):
	@echo 'building golangci-lint $(GOLANGCI_VERSION), once, about three minutes' >&2
	@mkdir -p $(@D)
	@GOBIN=$(abspath $(@D)) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(@D)/golangci-lint $@

race: libchdb ## run the tests under the race detector (C compiler)
	@.ci/race.sh $(PACKAGES)

integration: libchdb kafka alertmanager ## run the tests against a real Apache Kafka and Alertmanager
	@.ci/integration.sh

fuzz: libchdb ## run every fuzz target for FUZZTIME, or INPUTS messages through all decoders
	@.ci/fuzz.sh $(if $(INPUTS),-n $(INPUTS),$(FUZZTIME) $(PACKAGES))

soak: ## hold the program against the truth on OBLIGATIONS obligations, the rules for names on SEEDS sets of them
	@$(GO) test ./rules/names/nametest -run '^(TestProof|TestPublished)$$' -count 1 -timeout 20m -v -args -full
	@$(GO) test ./rules/names/nametest -run '^(TestProof|TestPublished)$$' -count 1 -timeout 40m -v -args -seed $(SEED) -seeds $(SEEDS)
	@$(GO) test ./cmd/internal/soak -run '^TestSoak$$' -count 1 -timeout 60m -v -args -obligations $(OBLIGATIONS)

bench: libchdb kafka ## measure decoding, ingest against its floor, alerts, whole commands, hot paths (BENCH=decode, BENCH=alerts: that alone)
	@.ci/bench.sh '$(BENCH)'

clean: ## remove what was built and written, not what was fetched
	@rm -rf bin out
