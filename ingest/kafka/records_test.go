package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/compress"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// testBatch builds record batches of magic 2 with another library's encoder.
type testBatch struct {
	base     int64
	attrs    int16
	producer int64
	values   []string
	// offsets are deltas; without them they count from 0.
	offsets   []int32
	lastDelta int32 // 0: that of the last value
	control   int16 // type, with attrControl
	baseTime  int64
	maxTime   int64
}

func (tb testBatch) bytes() []byte {
	var records []byte
	values := tb.values
	if tb.attrs&attrControl != 0 {
		values = []string{"\x00\x00\x00\x00\x00\x00"}
	}
	last := tb.lastDelta
	for i, v := range values {
		delta := int32(i)
		if tb.offsets != nil {
			delta = tb.offsets[i]
		}
		last = max(last, delta)
		r := kmsg.Record{OffsetDelta: delta, TimestampDelta64: int64(i), Value: []byte(v)}
		if tb.attrs&attrControl != 0 {
			r.Key = []byte{0, 0, byte(tb.control >> 8), byte(tb.control)}
		}
		r.Length = int32(len(r.AppendTo(nil)) - 1) // the length itself is 1 byte while it is 0
		records = r.AppendTo(records)
	}
	if codec := compress.Compression(tb.attrs & attrCompression); codec != 0 {
		var z bytes.Buffer
		w := codec.Codec().NewWriter(&z)
		_, _ = w.Write(records)
		_ = w.Close()
		records = z.Bytes()
	}
	b := kmsg.RecordBatch{
		FirstOffset: tb.base, Magic: 2, Attributes: tb.attrs, LastOffsetDelta: last,
		FirstTimestamp: tb.baseTime, MaxTimestamp: tb.maxTime, ProducerID: tb.producer,
		NumRecords: int32(len(values)), Records: records,
	}
	return seal(b.AppendTo(nil))
}

// seal corrects a batch's length and checksum.
func seal(b []byte) []byte {
	binary.BigEndian.PutUint32(b[8:], uint32(len(b)-batchPrefix))
	binary.BigEndian.PutUint32(b[batchCRC:], crc32.Checksum(b[batchCRC+4:], castagnoli))
	return b
}

func join(bs ...[]byte) []byte { return bytes.Join(bs, nil) }

func show(records []Record) string {
	var out []string
	for _, r := range records {
		out = append(out, fmt.Sprintf("%d:%s", r.Offset, r.Value))
	}
	return strings.Join(out, " ")
}

func TestDecodeLeavesOutWhatIsNotToBeSeen(t *testing.T) {
	const tx, ctl = attrTransactional, attrTransactional | attrControl
	abort := func(base, producer int64) []byte {
		return testBatch{base: base, attrs: ctl, producer: producer, control: 0}.bytes()
	}
	commit := func(base, producer int64) []byte {
		return testBatch{base: base, attrs: ctl, producer: producer, control: 1}.bytes()
	}
	data := func(base int64, attrs int16, producer int64, values ...string) []byte {
		return testBatch{base: base, attrs: attrs, producer: producer, values: values}.bytes()
	}
	for _, tc := range []struct {
		name    string
		set     []byte
		from    int64
		aborted []aborted
		want    string
		next    int64
		dropped int
	}{
		{name: "nothing", from: 5, next: 5},
		{name: "plain", set: data(5, 0, -1, "a", "b"), from: 5, want: "5:a 6:b", next: 7},
		{name: "below the asked offset", set: data(5, 0, -1, "a", "b", "c"), from: 7, want: "7:c", next: 8},
		{name: "a whole batch below", set: join(data(3, 0, -1, "x"), data(5, 0, -1, "a")), from: 5, want: "5:a", next: 6},
		{name: "only batches below", set: data(3, 0, -1, "x"), from: 5, next: 5},
		{name: "cut off in the second", set: join(data(5, 0, -1, "a"), data(6, 0, -1, "b")[:68]), from: 5, want: "5:a", next: 6},
		{name: "cut off in a header", set: join(data(5, 0, -1, "a"), data(6, 0, -1, "b")[:10]), from: 5, want: "5:a", next: 6},
		{name: "compacted inside and at the end", set: testBatch{base: 5, values: []string{"a", "b"}, offsets: []int32{1, 4}, lastDelta: 9}.bytes(),
			from: 5, want: "6:a 9:b", next: 15},
		{name: "compacted to nothing", set: testBatch{base: 5, lastDelta: 9}.bytes(), from: 5, next: 15},
		{name: "committed", set: join(data(0, tx, 7, "a"), commit(1, 7)), want: "0:a", next: 2, dropped: 1},
		{name: "aborted", set: join(data(0, tx, 7, "a", "b"), abort(2, 7), data(3, tx, 7, "c"), commit(4, 7)),
			aborted: []aborted{{7, 0}}, want: "3:c", next: 5, dropped: 4},
		{name: "aborted among others", set: join(data(0, tx, 7, "a"), data(1, tx, 8, "b"), data(2, 0, 7, "c"), data(3, 0, -1, "d"), abort(4, 7), commit(5, 8)),
			aborted: []aborted{{7, 0}}, want: "1:b 2:c 3:d", next: 6, dropped: 3},
		{name: "begun before the asked offset", set: join(data(10, tx, 7, "a"), abort(11, 7), data(12, tx, 7, "b")),
			from: 10, aborted: []aborted{{7, 3}}, want: "12:b", next: 13, dropped: 2},
		{name: "the same producer twice", set: join(data(0, tx, 7, "a"), abort(1, 7), data(2, tx, 7, "b"), commit(3, 7), data(4, tx, 7, "c"), abort(5, 7)),
			aborted: []aborted{{7, 0}, {7, 4}}, want: "2:b", next: 6, dropped: 5},
		{name: "aborted ends below the asked offset", set: join(data(0, tx, 7, "a"), abort(1, 7), data(2, tx, 7, "b")),
			from: 2, aborted: []aborted{{7, 0}}, want: "2:b", next: 3},
		{name: "two transactions open at once", set: join(data(0, tx, 7, "a"), data(1, tx, 8, "b"), abort(2, 8), data(3, tx, 8, "c"), abort(4, 7), data(5, tx, 7, "d")),
			aborted: []aborted{{7, 0}, {8, 1}}, want: "3:c 5:d", next: 6, dropped: 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var d decoder
			got, next, dropped, err := d.decode(tc.set, tc.from, tc.aborted)
			if err != nil {
				t.Fatal(err)
			}
			if show(got) != tc.want || next != tc.next || dropped != tc.dropped {
				t.Errorf("got %q, next %d, dropped %d; want %q, %d, %d", show(got), next, dropped, tc.want, tc.next, tc.dropped)
			}
		})
	}
}

func TestDecodeTimes(t *testing.T) {
	var d decoder
	created := testBatch{values: []string{"a", "b"}, baseTime: 1000, maxTime: 9000}
	got, _, _, err := d.decode(created.bytes(), 0, nil)
	if err != nil || !got[1].Time.Equal(time.UnixMilli(1001)) || got[1].Time.Location() != time.UTC {
		t.Errorf("create time: %v, %v; want 1.001 s UTC", got[1].Time, err)
	}
	appended := created
	appended.attrs = attrLogAppendTime
	got, _, _, err = d.decode(appended.bytes(), 0, nil)
	if err != nil || !got[1].Time.Equal(time.UnixMilli(9000)) {
		t.Errorf("log-append time: %v, %v; want 9 s", got[1].Time, err)
	}
}

func TestDecodeKeepsWhatCameBeforeADamagedBatch(t *testing.T) {
	good := testBatch{values: []string{"a"}}.bytes()
	broken := func(f func(b []byte)) []byte {
		b := testBatch{base: 1, values: []string{"b", "c"}}.bytes()
		f(b)
		return b
	}
	for _, tc := range []struct {
		name string
		bad  []byte
		want error
	}{
		{"checksum", broken(func(b []byte) { b[len(b)-1] ^= 1 }), errCorrupt},
		{"length", broken(func(b []byte) { binary.BigEndian.PutUint32(b[8:], 3) }), errCorrupt},
		{"negative length", broken(func(b []byte) { binary.BigEndian.PutUint32(b[8:], 1<<31) }), errCorrupt},
		{"format", broken(func(b []byte) { b[batchMagic] = 9 }), errCorrupt},
		{"codec", broken(func(b []byte) { b[22] = 5; seal(b) }), errCodec},
		{"compressed data", broken(func(b []byte) { b[22] = 1; seal(b) }), errCorrupt},
		{"number of records", broken(func(b []byte) { b[60] = 9; seal(b) }), errCorrupt},
		{"offset", broken(func(b []byte) { binary.BigEndian.PutUint32(b[23:], 0); seal(b) }), errCorrupt},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var d decoder
			got, next, _, err := d.decode(join(good, tc.bad), 0, nil)
			if !errors.Is(err, tc.want) {
				t.Errorf("error %v, want %v", err, tc.want)
			}
			if show(got) != "0:a" || next != 1 {
				t.Errorf("got %q, next %d; want the good batch", show(got), next)
			}
			if _, next, _, err := d.decode(tc.bad, 1, nil); err == nil || next != 1 {
				t.Errorf("alone: next %d, error %v", next, err)
			}
		})
	}
}

func TestDecodeRefusesBombs(t *testing.T) {
	var d decoder
	if _, err := d.decompress(int(compress.Snappy), binary.AppendUvarint(nil, 1<<31)); !errors.Is(err, errCorrupt) {
		t.Errorf("snappy: %v", err)
	}
	if err := checkSnappy(append(binary.AppendUvarint(nil, maxBatch+1), make([]byte, maxBatch/64)...)); !errors.Is(err, errTooLarge) {
		t.Errorf("a large snappy block: %v", err)
	}
	var z bytes.Buffer
	w := compress.Gzip.Codec().NewWriter(&z)
	for range maxBatch>>20 + 1 {
		_, _ = w.Write(make([]byte, 1<<20))
	}
	_ = w.Close()
	if _, err := d.decompress(int(compress.Gzip), z.Bytes()); !errors.Is(err, errTooLarge) || d.used > 0 {
		t.Errorf("gzip: %v, and its memory is kept", err)
	}

	// The batch is one record with a reason, and those around it are read.
	bomb := testBatch{base: 12, attrs: 1, values: []string{"x", "y"}, maxTime: 5}.bytes()
	bomb = seal(append(bomb[:batchHeader:batchHeader], z.Bytes()...))
	log := join(testBatch{base: 11, values: []string{"a"}}.bytes(), bomb, testBatch{base: 14, values: []string{"b"}}.bytes())
	records, next, _, err := d.decode(log, 0, nil)
	if err != nil || next != 15 || len(records) != 3 {
		t.Fatalf("%d records up to %d, %v", len(records), next, err)
	}
	if r := records[1]; r.Offset != 12 || !strings.Contains(r.Unreadable, "offsets 12 to 13") || !bytes.Equal(r.Value, bomb) || r.Time.UnixMilli() != 5 {
		t.Errorf("offset %d at %v: %q, %d bytes", r.Offset, r.Time, r.Unreadable, len(r.Value))
	}
	wrapper := legacyBytes(1, 1, 12, 9, nil, z.Bytes())
	records, next, _, err = d.decode(join(wrapper, legacyBytes(1, 0, 13, 9, nil, []byte("b"))), 11, nil)
	if err != nil || next != 14 || len(records) != 2 || !strings.Contains(records[0].Unreadable, "offsets 11 to 12") {
		t.Errorf("of an older format: %d records up to %d, %v", len(records), next, err)
	}
}

// legacyBytes is one message of magic 0 or 1.
func legacyBytes(magic, attrs int8, offset, millis int64, key, value []byte) []byte {
	w := &writer{}
	w.i64(offset)
	w.i32(0)
	w.i32(0)
	w.i8(magic)
	w.i8(attrs)
	if magic == 1 {
		w.i64(millis)
	}
	for _, b := range [][]byte{key, value} {
		if b == nil {
			w.i32(-1)
			continue
		}
		w.i32(int32(len(b)))
		w.b = append(w.b, b...)
	}
	binary.BigEndian.PutUint32(w.b[8:], uint32(len(w.b)-12))
	binary.BigEndian.PutUint32(w.b[12:], crc32.ChecksumIEEE(w.b[16:]))
	return w.b
}

func TestDecodeOldFormats(t *testing.T) {
	gz := func(b []byte) []byte {
		var z bytes.Buffer
		w := compress.Gzip.Codec().NewWriter(&z)
		_, _ = w.Write(b)
		_ = w.Close()
		return z.Bytes()
	}
	relative := join(legacyBytes(1, 0, 0, 5, nil, []byte("a")), legacyBytes(1, 0, 1, 6, nil, []byte("b")), legacyBytes(1, 0, 2, 7, []byte("k"), nil))
	absolute := join(legacyBytes(0, 0, 10, 0, nil, []byte("a")), legacyBytes(0, 0, 11, 0, nil, []byte("b")))
	for _, tc := range []struct {
		name string
		set  []byte
		from int64
		want string
		next int64
	}{
		{"magic 0", legacyBytes(0, 0, 3, 0, nil, []byte("x")), 3, "3:x", 4},
		{"magic 1", legacyBytes(1, 0, 3, 9, nil, []byte("x")), 3, "3:x", 4},
		{"below", join(legacyBytes(1, 0, 2, 9, nil, []byte("w")), legacyBytes(1, 0, 3, 9, nil, []byte("x"))), 3, "3:x", 4},
		{"compressed, magic 1", legacyBytes(1, 1, 12, 9, nil, gz(relative)), 11, "11:b 12:", 13},
		{"compressed, magic 0", legacyBytes(0, 1, 11, 0, nil, gz(absolute)), 10, "10:a 11:b", 12},
		{"before a batch of today", join(legacyBytes(1, 0, 3, 9, nil, []byte("x")), testBatch{base: 4, values: []string{"y"}}.bytes()), 3, "3:x 4:y", 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var d decoder
			got, next, _, err := d.decode(tc.set, tc.from, nil)
			if err != nil || show(got) != tc.want || next != tc.next {
				t.Errorf("got %q, next %d, %v; want %q, %d", show(got), next, err, tc.want, tc.next)
			}
		})
	}
	var d decoder
	got, _, _, err := d.decode(legacyBytes(0, 0, 3, 0, nil, nil), 3, nil)
	if err != nil || !got[0].Time.IsZero() || got[0].Value != nil {
		t.Errorf("magic 0 without a value: %+v, %v", got, err)
	}
	if _, _, _, err := d.decode(legacyBytes(1, 1, 12, 9, nil, gz(legacyBytes(1, 1, 0, 9, nil, gz(relative)))), 0, nil); !errors.Is(err, errCorrupt) {
		t.Errorf("nested compression: %v, want %v", err, errCorrupt)
	}
}

// FuzzDecode asserts of any bytes what a range of offsets must be.
func FuzzDecode(f *testing.F) {
	for codec := range int16(5) {
		f.Add(testBatch{base: 3, attrs: codec, values: []string{"a", "b"}}.bytes(), int64(4), int64(7), int64(0))
	}
	f.Add(join(testBatch{attrs: attrTransactional, producer: 7, values: []string{"a"}}.bytes(),
		testBatch{base: 1, attrs: attrTransactional | attrControl, producer: 7}.bytes()), int64(0), int64(7), int64(0))
	f.Add(legacyBytes(1, 0, 3, 9, []byte("k"), []byte("x")), int64(3), int64(0), int64(0))
	f.Add(legacyBytes(0, 0, 3, 9, nil, []byte("x")), int64(3), int64(0), int64(0))
	f.Fuzz(func(t *testing.T, b []byte, from, producer, first int64) {
		if from < 0 {
			return
		}
		for _, fix := range []bool{false, true} {
			if fix && len(b) > batchHeader { // past the checksum
				seal(b)
			}
			var d decoder
			got, next, dropped, err := d.decode(slices.Clone(b), from, []aborted{{producer, first}})
			if next < from || dropped < 0 {
				t.Fatalf("next %d from %d, dropped %d", next, from, dropped)
			}
			for _, r := range got {
				if r.Offset < from || r.Offset >= next {
					t.Fatalf("offset %d outside %d to %d", r.Offset, from, next)
				}
			}
			if err != nil && !errors.Is(err, errCorrupt) && !errors.Is(err, errCodec) {
				t.Fatalf("error without a class: %v", err)
			}
		}
	})
}

// FuzzResponses asserts that no response makes a decoder fail other than by an
// error.
func FuzzResponses(f *testing.F) {
	md := kmsg.NewPtrMetadataResponse()
	mt := kmsg.NewMetadataResponseTopic()
	mt.Topic = kmsg.StringPtr("t")
	mt.Partitions = append(mt.Partitions, kmsg.NewMetadataResponseTopicPartition())
	md.Topics = append(md.Topics, mt)
	lo := kmsg.NewPtrListOffsetsResponse()
	lt := kmsg.NewListOffsetsResponseTopic()
	lt.Partitions = append(lt.Partitions, kmsg.NewListOffsetsResponseTopicPartition())
	lo.Topics = append(lo.Topics, lt)
	fe := kmsg.NewPtrFetchResponse()
	ft := kmsg.NewFetchResponseTopic()
	fp := kmsg.NewFetchResponseTopicPartition()
	fp.AbortedTransactions = append(fp.AbortedTransactions, kmsg.NewFetchResponseTopicPartitionAbortedTransaction())
	fp.RecordBatches = testBatch{values: []string{"a"}}.bytes()
	ft.Partitions = append(ft.Partitions, fp)
	fe.Topics = append(fe.Topics, ft)
	for v := int16(0); v <= 13; v++ {
		for _, r := range []kmsg.Response{md, lo, fe} {
			r.SetVersion(v)
			f.Add(r.AppendTo(nil), v)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, v int16) {
		if v < 0 || v > 13 {
			return
		}
		if l, err := decodeMetadata(b, v); err == nil {
			for _, topic := range l {
				if len(topic.leaders) > len(b) {
					t.Fatalf("%d partitions in %d bytes", len(topic.leaders), len(b))
				}
			}
		}
		_, _ = decodeListOffsets(b, v)
		parts, _, err := decodeFetch(b, v, nil)
		for _, p := range parts {
			if err == nil && len(p.records) > len(b) {
				t.Fatalf("%d bytes of records in %d", len(p.records), len(b))
			}
		}
	})
}
