-- What shares did in a day or a minute.

-- +goose Up

-- Appended, never changed: a source that says otherwise of the same bar later is another row, and the last learnt counts.
-- Prices and volume are exact text; what a source does not say is empty.
CREATE TABLE bar (
    symbol TEXT COLLATE "C" NOT NULL,
    span   TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL REFERENCES source (id),
    at     BIGINT NOT NULL,
    seen   BIGINT NOT NULL,
    open   TEXT COLLATE "C" NOT NULL,
    high   TEXT COLLATE "C" NOT NULL,
    low    TEXT COLLATE "C" NOT NULL,
    close  TEXT COLLATE "C" NOT NULL,
    volume TEXT COLLATE "C" NOT NULL,
    ref    TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (symbol, span, source, at, seen)
);
