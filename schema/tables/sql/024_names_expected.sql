-- What should have been seen in the place of a name that a rule fails, and how
-- grave that is.
ALTER TABLE {{sharded "names"}} ADD COLUMN IF NOT EXISTS expected String COMMENT 'what should have been seen; empty where no rule fails';
{{aboveShards "names" "ADD COLUMN IF NOT EXISTS expected String"}}
ALTER TABLE {{sharded "names"}} ADD COLUMN IF NOT EXISTS severity LowCardinality(String) COMMENT 'the gravest of the rules that fail; empty where none does';
{{aboveShards "names" "ADD COLUMN IF NOT EXISTS severity LowCardinality(String)"}}

CREATE OR REPLACE VIEW {{view "names_current"}} AS
SELECT call_id, version, raw_id, surface, source, name, tenant, kinds, labels, first_at, last_at, event, directory_basis,
    directory_name, directory_from, directory_event, result, reason, expected, severity
FROM names FINAL WHERE (call_id, version) GLOBAL IN (SELECT call_id, version FROM calls_current);
