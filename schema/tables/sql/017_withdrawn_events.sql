-- Events that a newer decoder no longer reads. Their row is replaced by one
-- without an event (event_id is empty), which names the alias set that lost one;
-- where an event went over to another alias set, such a row stands at an index
-- of its own. Readers see the newest decoder's rows only, whole messages at once.
CREATE OR REPLACE VIEW {{view "events_one"}} AS
SELECT topic, epoch, partition, offset, idx, event_id, source, kind, via, version, content, time, time_reason, first, last,
    resource, aliases, alias_key, raw_id, facts, decoder, broker_time, stored_at, batch
FROM events FINAL WHERE event_id != '';

CREATE OR REPLACE VIEW {{view "events_current"}} AS
{{eventsCounted}};

CREATE OR REPLACE VIEW {{view "events_of"}} AS
{{eventsNamed}};
