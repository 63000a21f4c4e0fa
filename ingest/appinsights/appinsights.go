// Package appinsights finds the custom events in what Application Insights
// exports and takes in: rows of the table AppEvents in the envelope of a
// resource log, rows of the classic table customEvents, and the body that a
// client sends for ingestion.
//
// Sources: the table AppEvents of Azure Monitor's reference, and the telemetry
// schema of the ingestion endpoint (data.baseType, data.baseData).
package appinsights

import (
	"bytes"

	"rollcall/ingest/jsondoc"
	"rollcall/ingest/normal"
	"rollcall/schema"
)

// An Item is one item of telemetry.
type Item struct {
	// Kind is the table ("AppEvents") or base type ("EventData").
	Kind string
	// Event is true for a custom event, of which the rest is read.
	Event        bool
	Name         []byte
	Time         jsondoc.Value
	Properties   jsondoc.Value // an object, or its text
	Measurements jsondoc.Value
}

// tables are those of a workspace-based Application Insights resource.
var tables = []string{
	"AppEvents", "AppTraces", "AppRequests", "AppDependencies", "AppExceptions", "AppPageViews",
	"AppMetrics", "AppAvailabilityResults", "AppBrowserTimings", "AppPerformanceCounters", "AppSystemEvents",
}

// baseTypes are those of the ingestion body.
var baseTypes = []string{
	"EventData", "MessageData", "RequestData", "RemoteDependencyData", "ExceptionData", "PageViewData",
	"PageViewPerfData", "MetricData", "AvailabilityData",
}

// Row reads a row or record, and reports whether it is one of Application
// Insights. In records the table is in Type or in category.
func Row(v jsondoc.Value) (Item, bool) {
	kind := table(v.Get("Type"))
	if kind == "" {
		if kind = table(v.Get("category")); kind == "" {
			return classic(v)
		}
	}
	item := Item{Kind: kind, Event: kind == "AppEvents", Time: v.GetAny("time", "TimeGenerated", "TimeGenerated [UTC]")}
	item.read(v)
	if properties := item.Properties; len(item.Name) == 0 && properties.Kind() == jsondoc.Object {
		item.read(properties) // the whole row is in the record's properties
	}
	return item, true
}

func (item *Item) read(v jsondoc.Value) {
	item.Name = bytes.TrimSpace(v.Get("Name").Bytes())
	item.Properties = v.GetAny("Properties", "customDimensions")
	item.Measurements = v.GetAny("Measurements", "customMeasurements")
}

// table returns the name of a table of Application Insights, or nothing.
func table(v jsondoc.Value) string {
	text := bytes.TrimSpace(v.Bytes())
	if len(text) < len("AppX") || !normal.Is(text[:3], "app") {
		return ""
	}
	for _, t := range tables {
		if bytes.EqualFold(text, []byte(t)) {
			return t
		}
	}
	return ""
}

// classic reads a row of customEvents.
func classic(v jsondoc.Value) (Item, bool) {
	dimensions := v.Get("customDimensions")
	if !dimensions.Exists() || !v.Get("name").Exists() {
		return Item{}, false
	}
	itemType := bytes.TrimSpace(v.Get("itemType").Bytes())
	if len(itemType) > 0 && !normal.Is(itemType, "customevent") {
		return Item{Kind: schema.KindUnknown, Time: v.GetAny("timestamp", "timestamp [UTC]")}, true
	}
	item := Item{Kind: "customEvents", Event: true, Time: v.GetAny("timestamp", "timestamp [UTC]", "TimeGenerated", "time")}
	item.read(v)
	return item, true
}

// Body reads the body of an ingestion request, and reports whether v is one.
func Body(v jsondoc.Value) (Item, bool) {
	data := v.Get("data")
	baseType := bytes.TrimSpace(data.Get("baseType").Bytes())
	if len(baseType) == 0 {
		return Item{}, false
	}
	item := Item{Kind: schema.KindUnknown, Time: v.Get("time")}
	for _, t := range baseTypes {
		if bytes.EqualFold(baseType, []byte(t)) {
			item.Kind = t
		}
	}
	item.Event = item.Kind == "EventData"
	item.read(data.Get("baseData"))
	return item, true
}
