-- What shares did in a day or a minute.

-- +goose Up

-- Appended, never changed: a source that says otherwise of the same bar later is another row, and the last learnt counts.
-- Prices and volume are exact text; what a source does not say is empty.
CREATE TABLE bar (
    symbol TEXT NOT NULL,
    span   TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES source (id),
    at     INTEGER NOT NULL,
    seen   INTEGER NOT NULL,
    open   TEXT NOT NULL,
    high   TEXT NOT NULL,
    low    TEXT NOT NULL,
    close  TEXT NOT NULL,
    volume TEXT NOT NULL,
    ref    TEXT NOT NULL,
    PRIMARY KEY (symbol, span, source, at, seen)
) STRICT, WITHOUT ROWID;
