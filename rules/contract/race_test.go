//go:build race

package contract

const underRace = true // a million events would take minutes and gigabytes
