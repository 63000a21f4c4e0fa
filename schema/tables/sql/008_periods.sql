-- The periods that schedules have reported. period is the local date or other
-- key of the schedule's period; a period is reported once.
CREATE TABLE IF NOT EXISTS {{everywhere "periods"}} (
    schedule String,
    period String,
    start DateTime64(3, 'UTC'),
    end DateTime64(3, 'UTC'),
    due_at DateTime64(3, 'UTC'),
    reported_at DateTime64(3, 'UTC'),
    files Array(Tuple(path String, sha256 String)),
    note String,
    version UInt64
) ENGINE = {{engine "periods" "Replacing" "version"}}
ORDER BY (schedule, period){{settings}};

CREATE OR REPLACE VIEW {{view "periods_one"}} AS
SELECT schedule, period, start, end, due_at, reported_at, files, note, version FROM periods FINAL;
