package export

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Headers by which `rollcall audit` says where in its input files a message
// lay.
const (
	HeaderFile   = "rollcall-file"
	HeaderLine   = "rollcall-line"
	HeaderSHA256 = "rollcall-sha256"
)

// header is the SQL for the value of a message's header, empty where it has
// none.
func header(name string) string {
	return "arrayFirst(h -> h.1 = '" + name + "', headers).2"
}

// place says where a message lies: a file's line, or Kafka's coordinates.
type place struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitzero"`
	Topic     string `json:"topic,omitempty"`
	Partition *int32 `json:"partition,omitempty"`
	Offset    *int64 `json:"offset,omitempty"`
}

func placeOf(file, lineText, topic string, partition int32, offset int64) place {
	if file != "" {
		n, _ := strconv.Atoi(lineText)
		return place{File: file, Line: n}
	}
	return place{Topic: topic, Partition: &partition, Offset: &offset}
}

// coordinates of a message in Kafka, in the order of the table of messages.
type coordinates struct {
	topic     string
	epoch     uint32
	partition int32
	offset    int64
}

func (c coordinates) compare(o coordinates) int {
	return cmp.Or(strings.Compare(c.topic, o.topic), cmp.Compare(c.epoch, o.epoch), cmp.Compare(c.partition, o.partition), cmp.Compare(c.offset, o.offset))
}

// named is an event that an output names, with the message that holds it.
type named struct {
	id string
	at coordinates
}

// message is where a message lies, with its digest.
type message struct {
	at               coordinates
	file, line, hash string
}

// Evidence writes evidence.ndjson: a line for each event that an output names,
// with the place and the SHA-256 of the message that holds it, in the order of
// the messages. Both sides of the match are read in that order, so that memory
// stays flat.
func (s Store) Evidence(ctx context.Context, w io.Writer) error {
	next, stop := iter.Pull2(s.messages(ctx))
	defer stop()
	var m message
	for e, err := range s.named(ctx) {
		for err == nil && m.at.compare(e.at) < 0 {
			var more bool
			if m, err, more = next(); !more {
				return fmt.Errorf("event %s lies in %s, partition %d, offset %d, which is not stored", e.id, e.at.topic, e.at.partition, e.at.offset)
			}
		}
		if err != nil {
			return err
		}
		err = line(w, struct {
			ID string `json:"id"`
			place
			SHA256 string `json:"sha256"`
		}{e.id, placeOf(m.file, m.line, e.at.topic, e.at.partition, e.at.offset), m.hash})
		if err != nil {
			return err
		}
	}
	return nil
}

// byCall goes with an order that is that of a table for calls alone. Rows that
// come by call are otherwise sorted call by call, each in memory, and a call may
// be as large as all others together.
const byCall = " SETTINGS optimize_read_in_order = 0"

// spillEarly keeps sorts and groupings small: several run at once.
const spillEarly = ` SETTINGS max_bytes_before_external_sort = 33554432, max_bytes_before_external_group_by = 33554432, max_threads = 1, max_block_size = 8192`

// asNumber makes a number of an event's id in SQL: a set of numbers takes a
// fraction of the memory of a set of texts.
func asNumber(id string) string { return "reinterpretAsUInt128(unhex(" + id + "))" }

// named streams the events that outputs name, in the order of their messages.
func (s Store) named(ctx context.Context) iter.Seq2[named, error] {
	tenant, tenantArgs := s.where(false)
	days, daysArgs := s.where(true)
	names, namesArgs := s.Within("first_at")
	sql := `SELECT event_id, copy.1, copy.2, copy.3, copy.4 FROM (
    SELECT event_id, argMin((topic, epoch, partition, offset), (-version, content, topic, epoch, partition, offset)) AS copy
    FROM events_one WHERE ` + s.dated() + ` AND event_id != '' AND ` + asNumber("event_id") + ` IN (
        SELECT ` + asNumber("arrayJoin(evidence)") + ` FROM findings_current` + tenant + `
        UNION ALL SELECT ` + asNumber("arrayJoin(evidence)") + ` FROM obligations_current` + tenant + `
        UNION ALL SELECT ` + asNumber("receipt_id") + ` FROM obligations_current` + tenant + `
        UNION ALL SELECT ` + asNumber("arrayJoin(evidence)") + ` FROM sessions_current` + tenant + `
        UNION ALL SELECT ` + asNumber("arrayJoin([event, directory_event])") + ` FROM names_current` + names + `
        UNION ALL SELECT ` + asNumber("arrayJoin(evidence)") + ` FROM usage_lines_current` + days + `)
    GROUP BY event_id
) ORDER BY copy, event_id` + spillEarly
	args := slices.Concat(tenantArgs, tenantArgs, tenantArgs, tenantArgs, namesArgs, daysArgs)
	return stream(ctx, s, "evidence", sql, args, func(rows driver.Rows) (n named, err error) {
		return n, rows.Scan(&n.id, &n.at.topic, &n.at.epoch, &n.at.partition, &n.at.offset)
	})
}

// messages streams where all messages lie, in the order of their table.
func (s Store) messages(ctx context.Context) iter.Seq2[message, error] {
	sql := `SELECT topic, epoch, partition, offset, ` + header(HeaderFile) + `, ` + header(HeaderLine) + `,
    if(` + header(HeaderSHA256) + ` != '', ` + header(HeaderSHA256) + `, lower(hex(SHA256(value))))
FROM messages ORDER BY topic, epoch, partition, offset, rank DESC SETTINGS max_threads = 1, max_block_size = 4096`
	return stream(ctx, s, "messages", sql, nil, func(rows driver.Rows) (m message, err error) {
		return m, rows.Scan(&m.at.topic, &m.at.epoch, &m.at.partition, &m.at.offset, &m.file, &m.line, &m.hash)
	})
}

// stream runs a query and streams what scan makes of its rows.
func stream[T any](ctx context.Context, s Store, what, sql string, args []any, scan func(driver.Rows) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := query(ctx, s.Conn, what, sql, args, func(rows driver.Rows) error {
			value, err := scan(rows)
			if err != nil {
				return err
			}
			if !yield(value, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			var none T
			yield(none, err)
		}
	}
}

// A DeadLetter is a line of dead_letters.ndjson.
type DeadLetter struct {
	place
	Reason string `json:"reason"`
	Length int64  `json:"length"`
	SHA256 string `json:"sha256,omitempty"`
	Raw    string `json:"raw"` // base64
}

// FileProblem makes the dead letter of a part of an input file that never was
// a message.
func FileProblem(file string, number int, reason string, length int64, sum string, raw []byte) DeadLetter {
	return DeadLetter{place: place{File: file, Line: number}, Reason: reason, Length: length, SHA256: sum,
		Raw: base64.StdEncoding.EncodeToString(raw)}
}

// Compare orders dead letters by file and line.
func (d DeadLetter) Compare(o DeadLetter) int {
	return cmp.Or(strings.Compare(d.File, o.File), d.Line-o.Line)
}

// DeadLetters writes dead_letters.ndjson: what could not be read, by file and
// line or by Kafka's coordinates. more are dead letters that the store does not
// hold, sorted by file and line.
func (s Store) DeadLetters(ctx context.Context, w io.Writer, more []DeadLetter) error {
	write := func(d DeadLetter) error {
		if s.Hide != nil {
			d.Raw = "" // it may hold names and ids
		}
		return line(w, d)
	}
	sql := `SELECT ` + header(HeaderFile) + ` AS file, ` + header(HeaderLine) + ` AS line, d.topic, d.partition, d.offset, reason, detail, raw, length,
lower(hex(sha256)) FROM dead_letters_one AS d
LEFT JOIN (
    SELECT topic, epoch, partition, offset, headers FROM messages_one
    WHERE (topic, epoch, partition, offset) IN (SELECT topic, epoch, partition, offset FROM dead_letters)
) AS m ON d.topic = m.topic AND d.epoch = m.epoch AND d.partition = m.partition AND d.offset = m.offset
WHERE replayed_at = toDateTime64(0, 3, 'UTC')
ORDER BY file, toUInt64OrZero(line), d.topic, d.epoch, d.partition, d.offset, d.part`
	err := query(ctx, s.Conn, "dead letters", sql, nil, func(rows driver.Rows) error {
		var file, lineText, topic, reason, detail, raw, sum string
		var partition int32
		var offset int64
		var length uint64
		if err := rows.Scan(&file, &lineText, &topic, &partition, &offset, &reason, &detail, &raw, &length, &sum); err != nil {
			return err
		}
		d := DeadLetter{place: placeOf(file, lineText, topic, partition, offset), Reason: words(reason, detail), Length: int64(length),
			SHA256: sum, Raw: base64.StdEncoding.EncodeToString([]byte(raw))}
		for len(more) > 0 && more[0].Compare(d) < 0 {
			if err := write(more[0]); err != nil {
				return err
			}
			more = more[1:]
		}
		return write(d)
	})
	if err != nil {
		return err
	}
	for _, d := range more {
		if err := write(d); err != nil {
			return err
		}
	}
	return nil
}

// words joins a reason and its detail.
func words(reason, detail string) string {
	switch {
	case detail == "" || detail == reason:
		return reason
	case strings.HasPrefix(detail, reason):
		return detail
	}
	return reason + ": " + detail
}
