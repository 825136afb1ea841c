-- Who wrote a story, by which readers find it.

-- +goose Up

-- The names in the by-lines of each story's live revision.
CREATE TABLE byline (
    name  TEXT NOT NULL,
    story TEXT NOT NULL REFERENCES story (id),
    PRIMARY KEY (name, story)
) STRICT, WITHOUT ROWID;

INSERT INTO byline (name, story)
SELECT DISTINCT b.value, s.id FROM story s JOIN revision r ON r.story = s.id AND r.n = s.live, json_each(r.content, '$.Bylines') b
WHERE s.state = 'published' AND b.value IS NOT NULL;
CREATE INDEX byline_story ON byline (story);

CREATE VIEW signed AS
SELECT b.name, b.story FROM byline b JOIN story s ON s.id = b.story WHERE s.state = 'published';
