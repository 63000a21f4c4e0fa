-- Which sets of aliases an alias is in, and the span of the events that name
-- the set: the edges that calls are computed from. Rows of one (alias,
-- alias_key) merge by minimum and maximum, so that writing one twice changes
-- nothing. The span of a set without readable times is NULL.
CREATE TABLE IF NOT EXISTS {{everywhere "aliases"}} (
    alias String CODEC(ZSTD(1)),
    alias_key String CODEC(ZSTD(1)),
    aliases SimpleAggregateFunction(any, Array(String)) CODEC(ZSTD(1)),
    first SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    last SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1))
) ENGINE = {{engine "aliases" "Aggregating"}}
ORDER BY (alias, alias_key){{settings}};

CREATE OR REPLACE VIEW {{view "aliases_one"}} AS
SELECT alias, alias_key, aliases, first, last FROM aliases FINAL;
