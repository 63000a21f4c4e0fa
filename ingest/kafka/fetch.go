package kafka

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/segmentio/kafka-go/protocol"
)

// Versions of the fetch protocol. The first with isolation levels and the list of
// aborted transactions is 4 (Kafka 0.11). From 13 on (Kafka 3.1) topics go by
// their ids, so that a topic that was created anew can't be taken for the old
// one; kafka-go negotiates up to 11.
const (
	fetchMin = 4
	fetchIDs = 13
)

// want is one partition in a fetch request.
type want struct {
	topic     string
	id        uuid.UUID // zero: not known
	partition int
	offset    int64
}

// aborted names a transaction whose records from first on are not to be seen,
// up to the producer's next abort marker.
type aborted struct{ producer, first int64 }

// fetched is one partition in a fetch response. records points into the
// response's memory.
type fetched struct {
	topic     string
	partition int
	code      int16
	highWater int64
	stable    int64
	logStart  int64 // -1 where the broker does not say
	aborted   []aborted
	records   []byte
}

// fetch sends one fetch request for partitions that the broker leads. The
// response's memory is into, grown if it has to be; it is returned for reuse.
func (c *Client) fetch(ctx context.Context, broker int32, lim fetchLimits, wants []want, into []byte) (parts []fetched, throttle time.Duration, mem []byte, err error) {
	version, err := c.fetchVersion(ctx, broker, wants)
	if err != nil {
		return nil, 0, nil, err
	}
	x, err := c.exchange(ctx, &exchange{
		api: protocol.Fetch, broker: broker, version: version, min: fetchMin, flexible: version == fetchIDs, into: into,
		encode: func(w *writer, v int16) { encodeFetch(w, v, lim, wants) },
	}, lim.wait)
	if err != nil {
		c.brokers.Delete(broker) // it may come back as another version
		return nil, 0, nil, err
	}
	parts, throttle, err = decodeFetch(x.body, x.version, wants)
	return parts, throttle, x.into, err
}

// fetchVersion is fetchIDs where the broker and all topics allow it, else -1: as
// the connection negotiated.
func (c *Client) fetchVersion(ctx context.Context, broker int32, wants []want) (int16, error) {
	for _, w := range wants {
		if w.id == (uuid.UUID{}) {
			return -1, nil
		}
	}
	if v, ok := c.brokers.Load(broker); ok {
		return v.(int16), nil
	}
	x, err := c.exchange(ctx, &exchange{
		api: protocol.ApiVersions, broker: broker, version: 0, encode: func(*writer, int16) {},
	}, 0)
	if err != nil {
		return 0, fmt.Errorf("asking broker %d for its versions: %w", broker, err)
	}
	version := int16(-1)
	r := &reader{b: x.body}
	r.i16() // error_code
	for n := r.count(false, 6); n > 0; n-- {
		key, low, high := r.i16(), r.i16(), r.i16()
		if protocol.ApiKey(key) == protocol.Fetch && low <= fetchIDs && fetchIDs <= high {
			version = fetchIDs
		}
	}
	c.brokers.Store(broker, version)
	return version, nil
}

// fetchLimits bound one fetch request.
type fetchLimits struct {
	wait                        time.Duration
	minBytes, maxBytes, perPart int
}

func encodeFetch(w *writer, v int16, lim fetchLimits, wants []want) {
	flexible := v >= fetchIDs
	w.i32(-1) // replica_id: a consumer
	w.i32(int32(lim.wait.Milliseconds()))
	w.i32(int32(lim.minBytes))
	w.i32(int32(lim.maxBytes))
	w.i8(1) // isolation: read committed
	if v >= 7 {
		w.i32(0)  // session_id
		w.i32(-1) // session_epoch: no session
	}
	// The broker fills partitions in the order asked until max_bytes, so the
	// order carries the fairness. The partitions of a topic stand together.
	topics := 0
	for i := range wants {
		if i == 0 || wants[i].topic != wants[i-1].topic {
			topics++
		}
	}
	w.count(flexible, topics)
	for len(wants) > 0 {
		n := 1
		for n < len(wants) && wants[n].topic == wants[0].topic {
			n++
		}
		if flexible {
			w.b = append(w.b, wants[0].id[:]...)
		} else {
			w.str(false, wants[0].topic)
		}
		w.count(flexible, n)
		for _, p := range wants[:n] {
			encodeWant(w, v, p, lim.perPart)
		}
		w.tags(flexible)
		wants = wants[n:]
	}
	if v >= 7 {
		w.count(flexible, 0) // forgotten_topics_data
	}
	if v >= 11 {
		w.str(flexible, "") // rack_id
	}
	w.tags(flexible)
}

func encodeWant(w *writer, v int16, p want, maxBytes int) {
	w.i32(int32(p.partition))
	if v >= 9 {
		w.i32(-1) // current_leader_epoch
	}
	w.i64(p.offset)
	if v >= 12 {
		w.i32(-1) // last_fetched_epoch
	}
	if v >= 5 {
		w.i64(-1) // log_start_offset: for followers
	}
	w.i32(int32(maxBytes))
	w.tags(v >= fetchIDs)
}

// decodeFetch reads a response. Topic ids are turned into the names of wants;
// what was not asked for is left out.
func decodeFetch(b []byte, v int16, wants []want) ([]fetched, time.Duration, error) {
	flexible := v >= fetchIDs
	r := &reader{b: b}
	throttle := time.Duration(r.i32()) * time.Millisecond
	if v >= 7 {
		if code := r.i16(); code != 0 && !r.bad {
			return nil, throttle, fmt.Errorf("fetch: %w", codeError(code))
		}
		r.i32() // session_id
	}
	var out []fetched
	for n := r.count(flexible, 3); n > 0; n-- {
		var topic string
		if flexible {
			id := r.take(16)
			i := slices.IndexFunc(wants, func(w want) bool { return string(w.id[:]) == string(id) })
			if i >= 0 {
				topic = wants[i].topic
			}
		} else {
			topic = r.str(false)
		}
		for m := r.count(flexible, 30); m > 0; m-- {
			p := decodeFetched(r, v)
			p.topic = topic
			out = append(out, p)
		}
		r.tags(flexible)
	}
	if r.bad {
		return nil, throttle, fmt.Errorf("fetch: %w", errMalformed)
	}
	return out, throttle, nil
}

func decodeFetched(r *reader, v int16) fetched {
	flexible := v >= fetchIDs
	p := fetched{logStart: -1}
	p.partition = int(r.i32())
	p.code = r.i16()
	p.highWater = r.i64()
	p.stable = r.i64()
	if v >= 5 {
		p.logStart = r.i64()
	}
	for k := r.count(flexible, 16); k > 0; k-- {
		p.aborted = append(p.aborted, aborted{r.i64(), r.i64()})
		r.tags(flexible)
	}
	if v >= 11 {
		r.i32() // preferred_read_replica: only with a rack id
	}
	if flexible {
		if n := r.length(int64(r.uvarint()) - 1); n > 0 {
			p.records = r.take(n)
		}
	} else {
		p.records = r.bytes()
	}
	r.tags(flexible)
	return p
}
