-- Bars that are not believed.

-- +goose Up

-- They stand apart from bars, so that no query of those can ever find them, until one of the same place is believed.
CREATE TABLE heldbar (
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
    reason TEXT NOT NULL,
    text   TEXT NOT NULL,
    PRIMARY KEY (symbol, span, source, at, seen)
) STRICT, WITHOUT ROWID;
