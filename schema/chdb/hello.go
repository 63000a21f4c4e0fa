package chdb

import (
	chproto "github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2/lib/column"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

// helloQuery is what clickhouse-go asks first. Its answer is expected in the
// protocol revision of the driver; the revision 0 in it makes the driver read
// everything after it as FORMAT Native writes it.
const helloQuery = "SELECT displayName(), version(), revision(), timezone()"

// hello encodes the answer for the driver's protocol revision.
func hello(version string, revision uint64) ([]byte, error) {
	block := proto.NewBlock()
	columns := []struct{ name, kind string }{
		{"displayName()", "String"}, {"version()", "String"}, {"revision()", "UInt32"}, {"timezone()", "String"},
	}
	for _, c := range columns {
		if err := block.AddColumn(c.name, column.Type(c.kind)); err != nil {
			return nil, err
		}
	}
	if err := block.Append("Rollcall embedded", version, uint32(0), "UTC"); err != nil {
		return nil, err
	}
	var buffer chproto.Buffer
	if err := block.Encode(&buffer, revision); err != nil {
		return nil, err
	}
	return buffer.Buf, nil
}
