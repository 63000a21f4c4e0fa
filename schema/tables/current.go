package tables

// eventsCurrent is the query of events_current and events_of: one row an event.
//
// Of the copies of an event the highest version counts. Copies of one version
// should be equal but for their coordinates; where they are not, the smallest
// content wins, then the other columns decide, so that the result does not
// depend on the order in which they came. Only then the coordinates: the
// evidence is the first message that holds the copy that counts. via is the
// union over all copies.
func eventsCurrent(where string) string {
	if where != "" {
		where = "\n    " + where
	}
	return `SELECT event_id, row.1 AS source, row.2 AS kind, via, row.3 AS version, row.4 AS content, row.5 AS time, row.6 AS time_reason,
    row.7 AS first, row.8 AS last, row.9 AS resource, row.10 AS aliases, row.11 AS alias_key, row.12 AS raw_id, row.13 AS facts,
    row.14 AS topic, row.15 AS epoch, row.16 AS partition, row.17 AS offset, row.18 AS idx, row.19 AS decoder, row.20 AS broker_time
FROM (
    SELECT event_id,
        arraySort(groupUniqArrayArray(e.via)) AS via,
        argMin(
            (source, kind, e.version, content, time, time_reason, first, last, resource, aliases, alias_key, raw_id, facts,
                topic, epoch, partition, offset, idx, decoder, broker_time),
            (-e.version, content, facts, aliases, resource, source, kind, ifNull(toUnixTimestamp64Milli(time), -1), time_reason,
                topic, epoch, partition, offset, idx)
        ) AS row
    FROM events AS e` + where + `
    GROUP BY event_id
)`
}
