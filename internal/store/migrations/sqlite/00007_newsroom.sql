-- What a newsroom needs: how far each story has come and who took it there, its former names, its topics, its live
-- entries.

-- +goose Up

-- From here on state is what readers meet: 'draft' is nothing yet, 'published', or 'withdrawn'. How far the last revision
-- has come is stage, of which no view for readers may speak.
ALTER TABLE story ADD COLUMN stage TEXT NOT NULL DEFAULT 'draft';
ALTER TABLE story ADD COLUMN due INTEGER; -- when it goes out by itself; NULL where it does not
UPDATE story SET stage = 'published' WHERE state = 'published' AND live = (SELECT max(n) FROM revision WHERE story = story.id);
CREATE INDEX story_due ON story (due) WHERE due IS NOT NULL;

ALTER TABLE revision ADD COLUMN person TEXT NOT NULL DEFAULT ''; -- the author's ID among the staff

-- The record of each story: who moved it from state to state or renamed it, when and why. Rows are never changed. What
-- readers are told of a step (kind, text, figures) is part of it.
CREATE TABLE step (
    story    TEXT NOT NULL REFERENCES story (id),
    n        INTEGER NOT NULL,
    was      TEXT NOT NULL,
    became   TEXT NOT NULL,
    revision INTEGER NOT NULL,
    by       TEXT NOT NULL,
    person   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    due      INTEGER,
    kind     TEXT NOT NULL,
    text     TEXT NOT NULL,
    figures  TEXT NOT NULL, -- a JSON list of expressions
    slug     TEXT NOT NULL, -- on a renaming the name it took
    PRIMARY KEY (story, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX step_kind ON step (kind, at) WHERE kind <> '';

-- Every name that a story bears or bore. No other story can take one.
CREATE TABLE slug (
    slug  TEXT PRIMARY KEY,
    story TEXT NOT NULL REFERENCES story (id)
) STRICT, WITHOUT ROWID;

INSERT INTO slug (slug, story) SELECT slug, id FROM story;
CREATE INDEX slug_story ON slug (story);

-- The topics of each story's live revision.
CREATE TABLE topic (
    topic TEXT NOT NULL,
    story TEXT NOT NULL REFERENCES story (id),
    PRIMARY KEY (topic, story)
) STRICT, WITHOUT ROWID;

INSERT INTO topic (topic, story)
SELECT DISTINCT t.value, s.id FROM story s JOIN revision r ON r.story = s.id AND r.n = s.live, json_each(r.content, '$.Topics') t
WHERE s.state = 'published' AND t.value IS NOT NULL;
CREATE INDEX topic_story ON topic (story);

-- The pictures of each story's live revision.
CREATE TABLE illustration (
    media TEXT NOT NULL,
    story TEXT NOT NULL REFERENCES story (id),
    PRIMARY KEY (media, story)
) STRICT, WITHOUT ROWID;

CREATE INDEX illustration_story ON illustration (story);

-- The entries of live stories. Rows are never changed. Pins are a JSON list; entry_pin says on which observations they
-- rest, to be found by those.
CREATE TABLE entry (
    story    TEXT NOT NULL REFERENCES story (id),
    n        INTEGER NOT NULL,
    corrects INTEGER NOT NULL, -- the entry in whose place it stands; 0 for none
    at       INTEGER NOT NULL,
    headline TEXT NOT NULL,
    body     TEXT NOT NULL,
    author   TEXT NOT NULL,
    person   TEXT NOT NULL,
    kind     TEXT NOT NULL,    -- of the notice that goes with a correction
    text     TEXT NOT NULL,
    figures  TEXT NOT NULL,
    pins     TEXT NOT NULL,
    PRIMARY KEY (story, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_pin (
    story       TEXT NOT NULL,
    entry       INTEGER NOT NULL,
    n           INTEGER NOT NULL, -- of the pin
    position    INTEGER NOT NULL,
    symbol      TEXT NOT NULL,    -- that the pin prints
    observation TEXT NOT NULL REFERENCES observation (id),
    PRIMARY KEY (story, entry, n, position),
    FOREIGN KEY (story, entry) REFERENCES entry (story, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_pin_observation ON entry_pin (observation);
CREATE INDEX entry_pin_symbol ON entry_pin (symbol);

-- Decisions that a published figure is not corrected for what was said since: the observation, or '' where it was a fact
-- of the tables.
CREATE TABLE dismissal (
    story       TEXT NOT NULL REFERENCES story (id),
    revision    INTEGER NOT NULL, -- 0 where the figure is of an entry, and the other way round
    entry       INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    observation TEXT NOT NULL,
    by          TEXT NOT NULL,
    person      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    PRIMARY KEY (story, revision, entry, n, observation)
) STRICT, WITHOUT ROWID;

CREATE INDEX held_series ON held (symbol, field, source, at) WHERE became IS NOT NULL;

-- More of what readers may see, and reader.go may name.

CREATE VIEW named AS
SELECT g.slug, s.id AS story, s.published FROM slug g JOIN story s ON s.id = g.story WHERE s.state = 'published';

CREATE VIEW about AS
SELECT t.topic, t.story FROM topic t JOIN story s ON s.id = t.story WHERE s.state = 'published';

CREATE VIEW illustrated AS
SELECT i.media, i.story FROM illustration i JOIN story s ON s.id = i.story WHERE s.state = 'published';

-- What readers were told of published stories and of their entries.
CREATE VIEW notice AS
SELECT p.story, p.n, p.revision, 0 AS entry, p.at, p.kind, p.text, p.figures FROM step p JOIN story s ON s.id = p.story
WHERE s.state = 'published' AND p.became = 'published' AND p.kind NOT IN ('', 'minor')
UNION ALL
SELECT e.story, e.n, 0, e.corrects, e.at, e.kind, e.text, e.figures FROM entry e JOIN story s ON s.id = e.story
WHERE s.state = 'published' AND e.kind <> '';

-- The entries of published stories; and what those print that no later entry corrects.
CREATE VIEW told AS
SELECT e.story, e.n, e.corrects, e.at, e.headline, e.body, e.author, e.kind, e.text, e.figures, e.pins
FROM entry e JOIN story s ON s.id = e.story WHERE s.state = 'published';

CREATE VIEW told_pin AS
SELECT p.story, p.symbol, p.observation FROM entry_pin p JOIN entry e ON e.story = p.story AND e.n = p.entry JOIN story s ON s.id = e.story
WHERE s.state = 'published' AND NOT EXISTS (SELECT 1 FROM entry l WHERE l.story = e.story AND l.n > e.n
    AND l.corrects = CASE e.corrects WHEN 0 THEN e.n ELSE e.corrects END);

-- The sentences that stand in the places of withdrawn stories: of each the last.
CREATE VIEW withdrawal AS
SELECT g.slug, s.published, p.at, p.text FROM slug g JOIN story s ON s.id = g.story JOIN step p ON p.story = s.id
WHERE s.state = 'withdrawn' AND p.became = 'withdrawn' AND p.was <> 'withdrawn'
    AND p.n = (SELECT max(n) FROM step WHERE story = s.id AND became = 'withdrawn' AND was <> 'withdrawn');
