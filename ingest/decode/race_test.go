//go:build race

package decode

const underRace = true // the detector takes several times the memory
