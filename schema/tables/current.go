package tables

// eventsCurrent is the query by which events_current and events_of began, before
// events could be withdrawn.
func eventsCurrent(where string) string {
	if where != "" {
		where = "\n    " + where
	}
	return counting("events AS e" + where)
}

// eventsCounted is the query of events_current: one row an event.
func eventsCounted() string { return counting("events_one AS e") }

// eventsNamed is the query of events_of(alias_keys): the events of
// events_current of which a copy names one of some alias sets.
func eventsNamed() string { return naming("") }

// eventsParted is the query of events_part(alias_keys, parts, part): one of so
// many equal parts of events_of. ClickHouse holds the ids of a part in memory.
func eventsParted() string {
	return naming(" AND cityHash64(event_id) % {parts:UInt32} = {part:UInt32}")
}

// naming gives the events of which a copy names one of some alias sets and meets
// a condition.
//
// events_one would read whole events of whole stretches of the table to tell
// which row of a key counts, eight times as long. So the events are found by
// the indexes, and of all rows at their places only the narrow columns are read.
func naming(condition string) string {
	named := "SELECT event_id FROM events WHERE event_id != '' AND alias_key IN {alias_keys:Array(String)}" + condition
	return counting(`events AS e
    WHERE event_id GLOBAL IN (` + named + `)
        AND (topic, epoch, partition, offset, idx, decoder, stored_at) GLOBAL IN (
            SELECT topic, epoch, partition, offset, idx, max((r.decoder, r.stored_at)).1, max((r.decoder, r.stored_at)).2
            FROM events AS r
            WHERE (topic, epoch, partition, offset) GLOBAL IN (
                SELECT topic, epoch, partition, offset FROM events WHERE event_id GLOBAL IN (` + named + `)
            )
            GROUP BY topic, epoch, partition, offset, idx
        )`)
}

// counting gives the copy of each event that counts.
//
// Of the copies of an event the highest version counts. Copies of one version
// should be equal but for their coordinates; where they are not, the smallest
// content wins, then the other columns decide, so that the result does not
// depend on the order in which they came. Only then the coordinates: the
// evidence is the first message that holds the copy that counts. via is the
// union over all copies.
func counting(from string) string {
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
    FROM ` + from + `
    GROUP BY event_id
)`
}
