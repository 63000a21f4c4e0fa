//go:build !bench

package ingest

const benchmarking = false
