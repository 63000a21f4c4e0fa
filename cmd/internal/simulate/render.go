package simulate

// render writes one event in its format.
func (g *generator) render(b []byte, it *item) []byte {
	switch {
	case it.kind == malformed:
		return renderMalformed(b, it)
	case it.kind == appListing:
		return g.renderListing(b, it)
	case it.top == gridTopic:
		return g.renderGrid(b, it)
	case it.top == callbackTopic:
		return g.renderCallback(b, it)
	case it.top == monitorTopic:
		return g.renderMonitor(b, it)
	case it.top == graphTopic:
		return g.renderGraph(b, it)
	case it.top == metadataTopic:
		return g.renderMetadata(b, it)
	}
	return g.renderApp(b, it)
}

// saw keeps the latest event time.
func (g *generator) saw(at int64) { g.latest = max(g.latest, at) }
