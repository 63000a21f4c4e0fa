package compliance

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"rollcall/reports/export"
	"rollcall/reports/export/storetest"
	"rollcall/reports/timeline"
)

func TestSwimlane(t *testing.T) {
	conn, _ := storetest.Open(t, "")
	storetest.Fill(t, conn, storetest.Sample()...)
	c, err := export.Store{Conn: conn}.Call(t.Context(), storetest.CallFailing)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := WriteSwimlane(&b, c); err != nil {
		t.Fatal(err)
	}
	golden(t, "swimlane.svg", b.String())
	elements := map[string]int{}
	for d := xml.NewDecoder(&b); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the picture is no XML: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
			for _, a := range e.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
					t.Errorf("<%s> has %s", e.Name.Local, a.Name.Local)
				}
			}
		}
	}
	if elements["rect"] < 10 || elements["circle"] == 0 || elements["script"]+elements["img"]+elements["image"] > 0 {
		t.Errorf("the picture holds %v", elements)
	}
	if err := WriteSwimlane(io.Discard, &timeline.Call{}); !errors.Is(err, ErrNoTime) {
		t.Errorf("a call without a time gives %v", err)
	}
}
