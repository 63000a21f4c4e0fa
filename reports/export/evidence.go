package export

import (
	"cmp"
	"context"
	"encoding/base64"
	"io"
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

// sortedJoin makes a join of large tables keep to a small memory: both sides
// are sorted, each sort spills to disk early, because several run at once.
const sortedJoin = ` SETTINGS join_algorithm = 'full_sorting_merge', max_bytes_before_external_sort = 33554432,
    max_bytes_ratio_before_external_sort = 0, max_bytes_before_external_group_by = 33554432, max_bytes_ratio_before_external_group_by = 0, max_threads = 1, max_block_size = 4096`

// Evidence writes evidence.ndjson: a line for each event that an output names,
// with the place and the SHA-256 of the message that holds it.
func (s Store) Evidence(ctx context.Context, w io.Writer) error {
	tenant, tenantArgs := s.where(false)
	days, daysArgs := s.where(true)
	sql := `SELECT e.event_id, ` + header(HeaderFile) + `, ` + header(HeaderLine) + `, e.topic, e.partition, e.offset, digest
FROM (
    SELECT event_id, row.1 AS topic, row.2 AS epoch, row.3 AS partition, row.4 AS offset FROM (
    SELECT event_id, argMin((topic, epoch, partition, offset), (-version, content, topic, epoch, partition, offset)) AS row
    FROM events WHERE event_id IN (
        SELECT arrayJoin(evidence) FROM findings_current` + tenant + `
        UNION DISTINCT SELECT receipt_id FROM obligations_current` + tenant + `
        UNION DISTINCT SELECT arrayJoin(evidence) FROM usage_lines_current` + days + `)
    GROUP BY event_id)
) AS e
INNER JOIN (
    SELECT topic, epoch, partition, offset, arrayFilter(h -> startsWith(h.1, 'rollcall-'), headers) AS headers,
        if(` + header(HeaderSHA256) + ` != '', ` + header(HeaderSHA256) + `, lower(hex(SHA256(value)))) AS digest
    FROM messages_one
) AS m ON e.topic = m.topic AND e.epoch = m.epoch AND e.partition = m.partition AND e.offset = m.offset
ORDER BY e.event_id` + sortedJoin
	args := append(append(append([]any{}, tenantArgs...), tenantArgs...), daysArgs...)
	return query(ctx, s.Conn, "evidence", sql, args, func(rows driver.Rows) error {
		var id, file, lineText, topic, digest string
		var partition int32
		var offset int64
		if err := rows.Scan(&id, &file, &lineText, &topic, &partition, &offset, &digest); err != nil {
			return err
		}
		return line(w, struct {
			ID string `json:"id"`
			place
			SHA256 string `json:"sha256"`
		}{id, placeOf(file, lineText, topic, partition, offset), digest})
	})
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
