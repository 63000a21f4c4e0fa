package tariff

import (
	"errors"
	"fmt"
)

// maxProblems bounds how many mistakes are reported at once: a wrong file can
// have one on each of its lines.
const maxProblems = 20

// problems collects the mistakes of a file, so that all are shown at once.
type problems struct {
	list []error
	more int
}

func (p *problems) add(format string, args ...any) {
	if len(p.list) >= maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, fmt.Errorf(format, args...))
}

// err joins the problems, one a line, or is nil where there are none.
func (p *problems) err() error {
	if p.more > 0 {
		return errors.Join(append(p.list[:len(p.list):len(p.list)], fmt.Errorf("and %d more", p.more))...)
	}
	return errors.Join(p.list...)
}

// clip shortens text from a file for an error message.
func clip(s string) string {
	const most = 60
	r := []rune(s)
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
