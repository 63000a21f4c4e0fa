-- The versions of the policy, in the order in which they were stored: the files
-- that a service read, and those that were applied to history. Rows are only
-- ever added. An applied version takes the place of all that were stored before
-- it and would hold from effective_from or later.
CREATE TABLE IF NOT EXISTS {{everywhere "policy_versions"}} (
    id LowCardinality(String) COMMENT 'as findings name it: default, or the first 12 hex digits of the digest',
    digest String COMMENT 'SHA-256 of the file, hex; empty for the default policy',
    effective_from Nullable(DateTime64(3, 'UTC')) COMMENT 'NULL: from the beginning',
    applied Bool COMMENT 'to the history since effective_from',
    file String COMMENT 'the text of the file' CODEC(ZSTD(3)),
    stored_at DateTime64(6, 'UTC') DEFAULT now64(6, 'UTC')
) ENGINE = {{engine "policy_versions" ""}}
ORDER BY (stored_at, id){{settings}};
