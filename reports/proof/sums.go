package proof

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Entries that every pack has.
const (
	entrySums      = "SHA256SUMS"
	entrySignature = "SHA256SUMS.sig"
	entryKey       = "public_key.pem"
	entryAbout     = "pack.json"
	entryMessages  = "messages/index.ndjson"
)

// entryName is the form of the entries' names: none leaves the folder that a
// pack is unpacked in, or hides in it.
var entryName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)?$`)

// A sum is a line of SHA256SUMS.
type sum struct{ digest, name string }

// formatSums writes SHA256SUMS; the sums come sorted by name.
func formatSums(sums []sum) []byte {
	var b bytes.Buffer
	for _, s := range sums {
		b.WriteString(s.digest + "  " + s.name + "\n")
	}
	return b.Bytes()
}

// parseSums reads exactly what formatSums writes.
func parseSums(data []byte) ([]sum, error) {
	text, ended := strings.CutSuffix(string(data), "\n")
	if !ended {
		return nil, errors.New("it has no end of line at its end")
	}
	var sums []sum
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		digest, name, found := strings.Cut(line, "  ")
		raw, err := hex.DecodeString(digest)
		switch {
		case !found || err != nil || len(raw) != 32 || strings.ToLower(digest) != digest:
			return nil, fmt.Errorf("line %d is no digest, two spaces and a name", number)
		case !entryName.MatchString(name):
			return nil, fmt.Errorf("line %d: %q is no name of an entry", number, name)
		case len(sums) > 0 && sums[len(sums)-1].name >= name:
			return nil, fmt.Errorf("line %d: %s is not sorted, or there twice", number, name)
		}
		sums = append(sums, sum{digest, name})
	}
	return sums, nil
}
