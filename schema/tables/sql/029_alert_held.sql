-- From when a finding in an alert could have been known: an alert that comes long
-- after it says how late it is, also where nobody judged meanwhile. What was put
-- last is found by when it was stored.
ALTER TABLE {{everywhere "alert_findings"}} ADD COLUMN IF NOT EXISTS held Nullable(DateTime64(3, 'UTC')) COMMENT 'from when it could have been known';
ALTER TABLE {{everywhere "alert_findings"}} ADD INDEX IF NOT EXISTS stored stored_at TYPE minmax GRANULARITY 1;
