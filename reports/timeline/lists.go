package timeline

import (
	"io"
	"iter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Lists are the long lists of a document, each handed out element by element:
// those of a meeting of ten thousand would not fit the memory. They are asked
// for in the order of the members here, each once.
type Lists struct {
	Sessions    iter.Seq2[Session, error]
	Messages    iter.Seq2[Message, error]
	Names       iter.Seq2[Name, error]
	Obligations iter.Seq2[Obligation, error]
	Findings    iter.Seq2[Finding, error]
	Usage       iter.Seq2[Usage, error]
	Unmetered   iter.Seq2[Unmetered, error]
	// Events is asked for last.
	Events iter.Seq2[Event, error]
}

// WriteLists writes a call as WriteLine does, with the lists in place of its
// own.
func (c *Call) WriteLists(w io.Writer, l Lists) error {
	return c.write(w, json.WithMarshalers(json.JoinMarshalers(
		listed(l.Sessions), listed(l.Messages), listed(l.Names), listed(l.Obligations), listed(l.Findings), listed(l.Usage), listed(l.Unmetered), listed(l.Events))))
}

// listed writes the elements that it is handed in place of a list.
func listed[T any](elements iter.Seq2[T, error]) *json.Marshalers {
	return json.MarshalToFunc(func(enc *jsontext.Encoder, _ []T) error {
		if err := enc.WriteToken(jsontext.BeginArray); err != nil {
			return err
		}
		for v, err := range elements {
			if err != nil {
				return err
			}
			if err := json.MarshalEncode(enc, &v); err != nil {
				return err
			}
		}
		return enc.WriteToken(jsontext.EndArray)
	})
}

// Collect takes the lists into the call.
func (c *Call) Collect(l Lists) error {
	var err error
	c.Sessions, err = collect(err, l.Sessions)
	c.Messages, err = collect(err, l.Messages)
	c.Names, err = collect(err, l.Names)
	c.Obligations, err = collect(err, l.Obligations)
	c.Findings, err = collect(err, l.Findings)
	c.Usage, err = collect(err, l.Usage)
	c.Unmetered, err = collect(err, l.Unmetered)
	c.Events, err = collect(err, l.Events)
	return err
}

func collect[T any](err error, elements iter.Seq2[T, error]) ([]T, error) {
	out := []T{}
	if err != nil {
		return out, err
	}
	for v, err := range elements {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Named hands out the ids of the events that the call names outside of its
// lists.
func (c *Call) Named(add func(ids ...string)) {
	add(c.Start.Event, c.End.Event)
	add(c.UnmatchedReceipts...)
	for _, a := range c.Aliases {
		add(a.Event)
	}
	for _, e := range c.Episodes {
		add(e.Events...)
		add(e.Start.Event, e.End.Event)
	}
	for _, r := range c.Recordings {
		add(r.Events...)
	}
	for _, p := range c.Plays {
		add(p.Event)
	}
	for _, t := range c.Threads {
		add(t.Event)
	}
	for _, d := range c.Disputes {
		add(d.A.Event, d.B.Event)
	}
}

// Named hands out the ids of the events that the session names.
func (s *Session) Named(add func(ids ...string)) {
	add(s.Events...)
	add(s.Joined.Event, s.Left.Event)
	for _, g := range s.Signals {
		add(g.Event)
	}
	for _, r := range s.Receipts {
		add(r.Event)
	}
}
